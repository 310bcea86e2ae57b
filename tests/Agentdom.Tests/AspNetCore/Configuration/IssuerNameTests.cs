using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The <c>iss</c> of tokens.</summary>
public sealed class IssuerNameTests : IDisposable
{
    private readonly LogCapture _log = new();

    [Theory]
    [InlineData(null, null, "agentdom")]
    [InlineData(null, "https://api.example.com/", "https://api.example.com")]
    [InlineData(null, "https://API.example.com:8443/tokens", "https://api.example.com:8443/tokens")]
    [InlineData("orders", "https://api.example.com", "orders")]
    public async Task ItIsTheNameElseThePublicOriginElseTheWord(string? name, string? origin, string expected)
    {
        await using var issuer = await StartAsync(o => (o.Issuer, o.PublicOrigin) = (name, origin is null ? null : new Uri(origin)));
        var token = await issuer.TokenAsync();

        Assert.Equal(expected, ByHand.Claims(token).GetProperty("iss").GetString());
        Assert.True(await Wire.IsValidAsync(issuer, token));
    }

    [Fact]
    public async Task ATokenOfAnotherIssuerWithTheSameSecretIsNotValid()
    {
        await using var a = await StartAsync(o => o.PublicOrigin = new Uri("https://a.example.com"));
        await using var b = await StartAsync(o => o.PublicOrigin = new Uri("https://b.example.com"));

        await Wire.AssertNotValidAsync(b, await a.TokenAsync());
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData("orders", null, 0)]
    [InlineData(null, "https://api.example.com", 0)]
    public async Task TheStartsLogSaysWhatToSetIfThereIsNoName(string? name, string? origin, int times)
    {
        await using var issuer = await StartAsync(o => (o.Issuer, o.PublicOrigin) = (name, origin is null ? null : new Uri(origin)));

        var entries = _log.Of("Agentdom.AspNetCore.CurrentIssuer");
        Assert.Equal(times, entries.Count);
        Assert.All(entries, e => Assert.Equal((2005, LogLevel.Information), (e.Id, e.Level)));
        Assert.All(entries, e => Assert.Contains("PublicOrigin", e.Text));
    }

    [Fact]
    public async Task AChangeThatTakesTheNameAwayIsLoggedToo()
    {
        var settings = new ReloadableSettings();
        settings.Change(("AgentTokens:Issuer", "orders"));
        await using var issuer = await TestIssuer.StartAsync(services: s =>
        {
            s.AddSingleton<ILoggerProvider>(_log);
            s.AddAgentTokenIssuer(settings.Section("AgentTokens"));
        });
        settings.Change(("AgentTokens:Issuer", null));
        settings.Change(("AgentTokens:TokenLifetime", "00:30:00"));

        Assert.Single(_log.Of("Agentdom.AspNetCore.CurrentIssuer"), static e => e.Id == 2005);
    }

    public void Dispose() => _log.Dispose();

    private Task<TestIssuer> StartAsync(Action<AgentTokenIssuerOptions> configure) =>
        TestIssuer.StartAsync(configure, s => s.AddSingleton<ILoggerProvider>(_log));
}
