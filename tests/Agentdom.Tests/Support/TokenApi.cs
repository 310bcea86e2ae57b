using System.Collections.Concurrent;
using System.Diagnostics;
using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Support;

/// <summary>
/// A real issuer with protected endpoints, and our client and token source for it, all on one clock that the test moves. It counts
/// token requests, can be made unavailable, and records the presented tokens.
/// </summary>
internal sealed class TokenApi : IAsyncDisposable
{
    private readonly ConcurrentQueue<string?> _shown = new();
    private readonly ConcurrentQueue<AtpException?> _renewals = new();
    private readonly TaskCompletionSource _open = new();
    private TestIssuer _issuer = null!;
    private int _asked;

    private TokenApi() => Agent = new AtpClient(Time);

    internal ManualTime Time { get; } = new();

    internal AtpClient Agent { get; }

    internal string Name => _issuer.Name;

    /// <summary>Whether the issuer answers 503.</summary>
    internal bool IsDown { get; set; }

    /// <summary>The number of token requests that reached the issuer.</summary>
    internal int Asked => Volatile.Read(ref _asked);

    /// <summary>The outcome of each renewal of its sources: null, or the failure.</summary>
    internal IReadOnlyList<AtpException?> Renewals => [.. _renewals];

    /// <summary>The Authorization headers of the requests to other endpoints than the issuer's.</summary>
    internal IReadOnlyList<string?> Shown => [.. _shown];

    internal Uri Uri(string path) => _issuer.Uri(path);

    /// <param name="isHeld">Whether the issuer holds all requests until <see cref="LetIssue"/>.</param>
    /// <param name="map">More endpoints.</param>
    internal static async Task<TokenApi> StartAsync(bool isHeld = false, Action<WebApplication>? map = null)
    {
        var api = new TokenApi();
        if (!isHeld) api.LetIssue();
        api._issuer = await TestIssuer.StartAsync(
            services: services => services.AddSingleton<TimeProvider>(api.Time),
            map: app =>
            {
                app.Use(api.WatchAsync);
                // Explicit, so that they come after the counter: requests that they refuse count too.
                app.UseRouting();
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapPost("/data", static async (HttpRequest request) => await new StreamReader(request.Body).ReadToEndAsync())
                    .RequireAgentScope("data.read");
                app.Map("/closed", static () => Results.StatusCode(401));
                map?.Invoke(app);
            });
        return api;
    }

    internal AgentTokenSource Source(Action<AgentTokenSourceOptions>? configure = null)
    {
        var options = new AgentTokenSourceOptions { AgentId = "test-agent", Purpose = "tests", Secret = TestIssuer.SecretText };
        configure?.Invoke(options);
        return new AgentTokenSource(Agent, Name, ["data.read"], options, Time)
        {
            OnRenewal = (failure, _) => _renewals.Enqueue(failure),
        };
    }

    internal HttpClient Client(AgentTokenSource? source = null) =>
        new(new AgentTokenMessageHandler(source ?? Source()) { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = Uri("/") };

    internal void LetIssue() => _open.TrySetResult();

    internal Task IsAskedAsync() => UntilAsync(() => Task.FromResult(Asked > 0));

    internal async Task RevokeAsync(string token)
    {
        using var deadline = new Deadline(TimeSpan.FromMinutes(1));
        await Agent.RevokeAsync(Uri("/v1/agent-tokens/revoke"), token, deadline);
    }

    /// <summary>Polls until a condition on another thread is true. After a minute the test fails, as it will never be.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> happened)
    {
        var started = Stopwatch.StartNew();
        while (!await happened())
        {
            if (started.Elapsed > TimeSpan.FromMinutes(1)) Assert.Fail("What the test waits for did not happen within a minute.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        LetIssue();
        Agent.Dispose();
        await _issuer.DisposeAsync();
    }

    private async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path == "/v1/agent-tokens")
        {
            Interlocked.Increment(ref _asked);
            await _open.Task;
            if (IsDown)
            {
                await Answers.Error(503, "temporarily_unavailable", ("Retry-After", "0"))(context);
                return;
            }
        }
        else if (!context.Request.Path.StartsWithSegments("/v1") && !context.Request.Path.StartsWithSegments("/.well-known"))
        {
            _shown.Enqueue(context.Request.Headers.Authorization);
        }
        await next(context);
    }
}
