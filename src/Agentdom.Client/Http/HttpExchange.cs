using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Agentdom.Client;

/// <summary>
/// Sends requests with the retries of protocol.md §5: no redirects, limited answers, 10 seconds an attempt, and at most 3
/// retries of transient failures. Each attempt creates a new request.
/// </summary>
internal sealed class HttpExchange : IDisposable
{
    internal static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    private const int MaxRetries = 3;
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly ResiliencePropertyKey<Deadline> s_deadline = new("agentdom.deadline");

    private readonly TimeProvider _time;
    private readonly IWebProxy? _proxy;
    private readonly HttpClient _direct;
    private readonly HttpClient _network;
    private readonly Lazy<HttpClient> _ownTlsServer;
    private readonly ResiliencePipeline<HttpAnswer> _retrying;

    /// <param name="time">The clock.</param>
    /// <param name="proxy">The proxy to use in place of this machine's, or null.</param>
    internal HttpExchange(TimeProvider time, IWebProxy? proxy = null)
    {
        _time = time;
        _proxy = proxy;
        // Requests to loopback must not leave this machine through a proxy.
        _direct = MakeClient(useProxy: false);
        _network = MakeClient(useProxy: true, proxy);
        _ownTlsServer = new(static () => MakeClient(useProxy: false, trustsOwnServer: true));
        _retrying = MakePipeline(time);
    }

    /// <param name="time">The clock.</param>
    /// <param name="handler">Sends all requests.</param>
    /// <exception cref="ArgumentException">It follows redirects.</exception>
    internal HttpExchange(TimeProvider time, HttpMessageHandler handler)
    {
        if (handler is null) throw new ArgumentNullException(nameof(handler));
        if (FollowsRedirects(handler))
            throw new ArgumentException("The handler follows redirects. Set its AllowAutoRedirect to false.", nameof(handler));
        _time = time;
        // This machine's proxy is not the handler's, so no error may name it. An empty one stands for none.
        _proxy = new WebProxy();
        _direct = _network = MakeClient(handler);
        _ownTlsServer = new(() => _direct);
        _retrying = MakePipeline(time);
    }

    /// <summary>Sends a request and retries it as needed.</summary>
    /// <param name="makeRequest">Creates the request. It is called for each attempt.</param>
    /// <param name="maxBytes">The maximum size of an answer in bytes.</param>
    /// <param name="deadline">The timeout, cancellation and progress messages.</param>
    /// <param name="namedBy">The host whose manifest names the address, if it is an endpoint from a manifest.</param>
    /// <exception cref="AtpException">There was no answer, or it is a redirect or too large.</exception>
    internal async Task<HttpAnswer> SendAsync(
        Func<HttpRequestMessage> makeRequest, int maxBytes, Deadline deadline, AtpHost? namedBy = null)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, deadline.Token);
        context.Properties.Set(s_deadline, deadline);
        Uri? uri = null;
        try
        {
            var answer = await _retrying.ExecuteAsync(
                async ctx =>
                {
                    using var request = makeRequest();
                    uri = request.RequestUri!;
                    return await ExchangeAsync(request, maxBytes, ctx.CancellationToken).ConfigureAwait(false);
                },
                context).ConfigureAwait(false);
            return answer.IsRedirect ? throw Redirected(answer) : answer;
        }
        catch (Exception e) when (ConnectionFault.IsConnectionFault(e) || e is TimeoutRejectedException)
        {
            throw ConnectionFault.ToAtpException(e, uri!, namedBy, _proxy);
        }
        catch (OperationCanceledException e) when (deadline.HasPassed)
        {
            throw deadline.ToAtpException(uri is null ? null : ConnectionFault.Place(uri, namedBy, _proxy), e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>A POST request with a JSON body.</summary>
    internal static HttpRequestMessage Post(Uri endpoint, string json) => new(HttpMethod.Post, endpoint)
    {
        Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        },
    };

    public void Dispose()
    {
        _direct.Dispose();
        _network.Dispose();
        if (_ownTlsServer.IsValueCreated) _ownTlsServer.Value.Dispose();
    }

    private async Task<HttpAnswer> ExchangeAsync(HttpRequestMessage request, int maxBytes, CancellationToken cancel)
    {
        var uri = request.RequestUri!;
        var client = !AtpHost.IsLoopback(uri) ? _network
            : uri.Scheme == "https" && OwnTlsServer.IsAt(uri.Port) ? _ownTlsServer.Value
            : _direct;
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        var body = status is >= 300 and < 400
            ? []
            : await BoundedBody.ReadAsync(response, maxBytes, cancel).ConfigureAwait(false);
        return new HttpAnswer
        {
            Uri = request.RequestUri!,
            Status = status,
            Body = body,
            MediaType = response.Content?.Headers.ContentType?.MediaType,
            Server = response.Headers.Server.ToString() is { Length: > 0 } server ? Printable.Excerpt(server) : null,
            RedirectsTo = response.Headers.Location is { } to ? TargetOf(request.RequestUri!, to) : null,
            Date = response.Headers.Date,
            CacheControl = response.Headers.CacheControl,
            RetryAfter = HttpAnswer.ReadRetryAfter(response.Headers.RetryAfter, body, _time.GetUtcNow()),
        };
    }

    // The host and port alone: the rest may repeat what was sent.
    private static string? TargetOf(Uri from, Uri location) =>
        Uri.TryCreate(from, location, out var target) && target.Scheme is ("http" or "https") ? Printable.Line(target.Authority) : null;

    private static AtpException Redirected(HttpAnswer answer)
    {
        var place = answer.Uri.Authority;
        var to = answer.RedirectsTo is { } target ? $" to {target}" : "";
        return new AtpException(AtpError.RedirectRefused,
            $"{place} answered with a redirect ({answer.Status}){to}, and redirects are not followed.",
            answer.RedirectsTo is null || answer.RedirectsTo == place
                ? "Ask the provider for the right address."
                : $"If you trust {answer.RedirectsTo}, request a token for that host.");
    }

    private static bool ShouldRetry(RetryPredicateArguments<HttpAnswer> args)
    {
        // Waiting beyond the caller's deadline would only replace the real reason with a timeout.
        if (args.Outcome.Result is { } answer)
            return answer.IsTransient && answer.RetryAfter.GetValueOrDefault() < Of(args.Context).Remaining;
        return args.Outcome.Exception is TimeoutRejectedException
            || (args.Outcome.Exception is { } fault && ConnectionFault.MayPass(fault));
    }

    private static ValueTask TellRetry(OnRetryArguments<HttpAnswer> args)
    {
        var why = args.Outcome.Result is { } answer ? $"status {answer}" : ConnectionFault.Reason(args.Outcome.Exception!);
        Of(args.Context).Tell($"Attempt {args.AttemptNumber + 1} failed ({why}); trying again in {args.RetryDelay.TotalSeconds:0.0} s.");
        return default;
    }

    private static Deadline Of(ResilienceContext context) => context.Properties.GetValue(s_deadline, null!);

    private static ResiliencePipeline<HttpAnswer> MakePipeline(TimeProvider time) =>
        new ResiliencePipelineBuilder<HttpAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpAnswer>
            {
                MaxRetryAttempts = MaxRetries,
                Delay = s_firstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => new ValueTask<bool>(ShouldRetry(args)),
                DelayGenerator = static args => new ValueTask<TimeSpan?>(args.Outcome.Result?.RetryAfter),
                OnRetry = static args => TellRetry(args),
            })
            .AddTimeout(AttemptTimeout)
            .Build();

    private static bool FollowsRedirects(HttpMessageHandler? handler) => handler switch
    {
        DelegatingHandler outer => FollowsRedirects(outer.InnerHandler),
        HttpClientHandler inner => inner.AllowAutoRedirect,
#if NET
        SocketsHttpHandler inner => inner.AllowAutoRedirect,
#endif
        _ => false,
    };

    private static HttpClient MakeClient(bool useProxy, IWebProxy? proxy = null, bool trustsOwnServer = false)
    {
#if NET
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = useProxy,
            Proxy = proxy,
            // A long-running process must notice DNS changes.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };
        if (trustsOwnServer)
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, errors) =>
                errors == System.Net.Security.SslPolicyErrors.None
                || (certificate is not null && OwnTlsServer.IsCertificate(certificate.GetRawCertData()));
#else
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = useProxy,
            Proxy = proxy,
            // Windows PowerShell's own defaults are TLS 1.0 and two connections a host.
            SslProtocols = System.Security.Authentication.SslProtocols.Tls12,
            MaxConnectionsPerServer = 64,
        };
#endif
        return MakeClient(handler);
    }

    private static HttpClient MakeClient(HttpMessageHandler handler)
    {
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("Agentdom", typeof(HttpExchange).Assembly.GetName().Version!.ToString(3)));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }
}
