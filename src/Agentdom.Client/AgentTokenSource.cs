namespace Agentdom.Client;

/// <summary>
/// Tokens of one host for one set of scopes, kept in memory and renewed before they end. It serves any number of callers and
/// threads, for as long as the process runs; however many need a new token, one request is made.
/// </summary>
public sealed class AgentTokenSource
{
    // Long enough that an issuer which is down is not asked by every call, short enough to come back soon.
    private static readonly TimeSpan s_restWithToken = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_restWithoutToken = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_restAfterRefusals = TimeSpan.FromSeconds(30);

    private readonly AtpClient _client;
    private readonly TokenAcquisition _acquisition;
    private readonly AgentTokenSourceOptions _options;
    private readonly TimeProvider _time;

    private readonly object _gate = new();
    private StoredToken? _token;
    private Task<Renewed>? _renewal;
    private AtpException? _failure;
    private DateTimeOffset _failedAt;
    private DateTimeOffset? _refusedAt;

    /// <summary>Makes a source. It asks nobody yet.</summary>
    /// <param name="client">Who asks. Sources share one, and it must outlive them.</param>
    /// <param name="host">The host, such as <c>api.example.com</c>.</param>
    /// <param name="scopes">1 to 64 scopes.</param>
    /// <param name="options">The rest; the defaults where it is null. It must not change any more.</param>
    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/>, <see cref="AtpError.ScopeInvalid"/>,
    /// <see cref="AtpError.PurposeInvalid"/> or <see cref="AtpError.AgentIdInvalid"/>; or this machine's own agent id cannot be
    /// made.</exception>
    public AgentTokenSource(AtpClient client, string host, IEnumerable<string> scopes, AgentTokenSourceOptions? options = null)
        : this(client, host, scopes, options, TimeProvider.System)
    {
    }

    internal AgentTokenSource(
        AtpClient client, string host, IEnumerable<string> scopes, AgentTokenSourceOptions? options, TimeProvider time)
    {
        _client = client;
        _options = options ?? new AgentTokenSourceOptions();
        _time = time;
        _acquisition = new TokenAcquisition
        {
            Host = AtpHost.Parse(host),
            Request = new TokenRequest(_options.AgentId ?? AgentId.Current().Value, scopes, _options.Purpose),
            Endpoint = _options.Endpoint,
            TrustedEndpointHosts = [.. _options.TrustedEndpointHosts],
        };
    }

    /// <summary>Hears how each renewal went and until when (UTC) the token that is now in use lasts. It must not throw.</summary>
    internal Action<AtpException?, DateTimeOffset?>? OnRenewal { get; init; }

    /// <summary>
    /// A token that is good right now. One that is due is given at once and renewed meanwhile; where there is none, or it has
    /// ended, this waits for a new one.
    /// </summary>
    /// <param name="cancel">Ends this caller's wait only: others may wait for the same token.</param>
    /// <exception cref="AtpException">There is no token and none could be had. The next calls get the same failure for 5 seconds,
    /// or for as long as the issuer asked to wait (at most 5 minutes), and then the issuer is asked again.</exception>
    public async Task<string> GetTokenAsync(CancellationToken cancel = default)
    {
        Task<Renewed> renewal;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var good = _token?.IsGoodAt(now) == true ? _token : null;
            if (good is not null && (!RenewalPolicy.IsDue(good, now) || IsResting(now, s_restWithToken))) return good.AccessToken;
            if (_renewal is null && IsResting(now, s_restWithoutToken)) throw NoToken(_failure!);
            // On no caller's thread and under no caller's cancellation.
            renewal = _renewal ??= Task.Run(RenewAsync, CancellationToken.None);
            if (good is not null) return good.AccessToken;
        }
        var renewed = await WaitAsync(renewal, cancel).ConfigureAwait(false);
        return renewed.Token?.AccessToken ?? throw NoToken(renewed.Failure!);
    }

    /// <inheritdoc/>
    public override string ToString() => $"AgentTokenSource ({_acquisition.Host} {string.Join(" ", _acquisition.Request.Scopes)})";

    /// <exception cref="AtpException">A request to this address must not carry the token.</exception>
    internal void RequireAddress(Uri? address) => _acquisition.Host.RequireAddress(address, _options.ApiHosts);

    /// <summary>Forgets a token that was refused, if it is still the one in use.</summary>
    /// <param name="refused">The token.</param>
    /// <param name="willRetry">Whether the caller will find out what becomes of the next one.</param>
    /// <returns>Whether it is worth asking for another; not where a new one was refused just now.</returns>
    internal bool Drop(string refused, bool willRetry)
    {
        lock (_gate)
        {
            if (_token?.AccessToken != refused) return true;
            if (IsRestingFromRefusals()) return false;
            _token = null;
            // Otherwise uploads that cannot be sent twice would cost a token each.
            if (!willRetry) _refusedAt = _time.GetUtcNow();
            return true;
        }
    }

    /// <summary>Remembers that a token was refused which had just taken the place of a refused one.</summary>
    internal void RefusedAgain()
    {
        lock (_gate)
        {
            // Not from the last refusal on, or steady traffic would keep a bad token for ever.
            if (!IsRestingFromRefusals()) _refusedAt = _time.GetUtcNow();
        }
    }

    private bool IsRestingFromRefusals() =>
        _refusedAt is { } at && (_time.GetUtcNow() - at).Duration() < s_restAfterRefusals;

    private bool IsResting(DateTimeOffset now, TimeSpan rest)
    {
        if (_failure is null) return false;
        var asked = _failure.RetryAfter is { } wish ? (wish < s_longestRest ? wish : s_longestRest) : TimeSpan.Zero;
        // Either way, so that a clock that was set back does not keep the rest going.
        return (now - _failedAt).Duration() < (asked > rest ? asked : rest);
    }

    private async Task<Renewed> RenewAsync()
    {
        var renewed = default(Renewed);
        DateTimeOffset? goodUntil;
        try
        {
            renewed = await AskAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _renewal = null;
                _token = renewed.Token ?? _token;
                _failure = renewed.Failure;
                _failedAt = _time.GetUtcNow();
                goodUntil = _token?.IsGoodAt(_failedAt) == true ? _token.ExpiresAt : null;
            }
        }
        OnRenewal?.Invoke(renewed.Failure, goodUntil);
        return renewed;
    }

    private async Task<Renewed> AskAsync()
    {
        using var deadline = new Deadline(_options.Timeout);
        try
        {
            using var secret = await FindSecretAsync(deadline.Token).ConfigureAwait(false);
            return new Renewed(await _acquisition.RunAsync(_client, secret, deadline).ConfigureAwait(false), null);
        }
        catch (AtpException e)
        {
            return new Renewed(null, e);
        }
        catch (OperationCanceledException e) when (deadline.HasPassed)
        {
            return new Renewed(null, deadline.ToAtpException(_acquisition.Host.Name, e));
        }
    }

    private async Task<SharedSecret> FindSecretAsync(CancellationToken cancel)
    {
        try
        {
            var given = _options.GetSecret is { } get ? await get(cancel).ConfigureAwait(false) : _options.Secret;
            if (!string.IsNullOrEmpty(given)) return SharedSecret.FromText(given!);
        }
        catch (Exception e) when (e is not AtpException && !cancel.IsCancellationRequested)
        {
            // The message is not ours, so it might hold the secret.
            throw new AtpException(AtpError.SecretMissing,
                $"Looking up the shared secret for {_acquisition.Host} failed with {e.GetType().Name}.",
                "See what GetSecret does; the cause is in the inner exception.", e);
        }
        return SecretFinder.Find(_acquisition.Host, () => new FileVault(cancel));
    }

    private AtpException NoToken(AtpException failure) => failure.About($"There is no agent token for {_acquisition.Host}");

    private static async Task<Renewed> WaitAsync(Task<Renewed> renewal, CancellationToken cancel)
    {
#if NET
        return await renewal.WaitAsync(cancel).ConfigureAwait(false);
#else
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var first = await Task.WhenAny(renewal, Task.Delay(Timeout.Infinite, ended.Token)).ConfigureAwait(false);
        ended.Cancel();
        if (first != renewal) cancel.ThrowIfCancellationRequested();
        return await renewal.ConfigureAwait(false);
#endif
    }

    private readonly struct Renewed(StoredToken? token, AtpException? failure)
    {
        internal StoredToken? Token => token;

        internal AtpException? Failure => failure;
    }
}
