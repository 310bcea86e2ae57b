using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What the log says about a state that fails for a while.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly LogCapture _log = new();
    private readonly SometimesFailing _state = new();

    [Fact]
    public async Task AFailureAndItsEndAreLoggedOnceHoweverManyRequestsThereAre()
    {
        await using var issuer = await StartAsync();
        var token = await issuer.TokenAsync();

        _state.Failure = "the reason";
        for (var i = 0; i < 5; i++) Assert.Equal(503, await AskAsync(issuer));
        _state.Failure = null;
        for (var i = 0; i < 5; i++) Assert.Equal(200, await AskAsync(issuer));

        Assert.Equal([(2003, LogLevel.Error), (2004, LogLevel.Information)], Entries().Select(e => (e.Id, e.Level)));
        Assert.Contains("the reason", Entries()[0].Text);
        Assert.True(await Wire.IsValidAsync(issuer, token));
    }

    [Fact]
    public async Task AStateThatComesAndGoesDoesNotFillTheLog()
    {
        await using var issuer = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            _state.Failure = $"reason {i}";
            Assert.Equal(503, await AskAsync(issuer));
            _state.Failure = null;
            Assert.Equal(200, await AskAsync(issuer));
        }

        Assert.Equal([2003, 2004], Entries().Select(e => e.Id));
    }

    [Fact]
    public async Task AStateThatCanOnlyBeReadIsLoggedOnceToo()
    {
        await using var issuer = await StartAsync();
        var token = await issuer.TokenAsync();
        _state.Failure = "full";
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(503, await AskAsync(issuer));
            Assert.True(await Wire.IsValidAsync(issuer, token));
        }

        Assert.Equal(2003, Assert.Single(Entries()).Id);
    }

    public void Dispose() => _log.Dispose();

    private List<LogCapture.Entry> Entries() => [.. _log.Of("Agentdom.AspNetCore.CurrentIssuer").Where(e => e.Id != 2005)];

    private static async Task<int> AskAsync(TestIssuer issuer)
    {
        using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
        return (int)response.StatusCode;
    }

    private Task<TestIssuer> StartAsync() => TestIssuer.StartAsync(services: s =>
    {
        s.AddSingleton<ILoggerProvider>(_log);
        s.AddSingleton<IIssuerState>(_state);
    });

    /// <summary>A state whose writes fail on demand. No real store fails with twenty reasons in turn.</summary>
    private sealed class SometimesFailing : IIssuerState
    {
        private readonly InMemoryIssuerState _state = new();

        internal string? Failure { get; set; }

        public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
            Failure is null ? _state.TryRememberAsync(signature, until, cancel) : throw new IssuerStateException(Failure);

        public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
            _state.RevokeAsync(tokenId, until, cancel);

        public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
            _state.IsRevokedAsync(tokenId, until, cancel);
    }
}
