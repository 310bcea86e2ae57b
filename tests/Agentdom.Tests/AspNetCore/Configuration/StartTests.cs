using System.Diagnostics;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Agentdom.Tests.AspNetCore;

/// <summary>With invalid options the app does not start, and the message contains advice.</summary>
public sealed class StartTests
{
    private static readonly string s_short = new('q', 31);

    [Fact]
    public async Task NoSecretStopsTheApp() =>
        Assert.Contains("openssl rand", await RefusedAsync(o => o.Scopes.Add("data.read")));

    [Fact]
    public async Task AShortSecretStopsTheAppAndIsNotRepeated()
    {
        var message = await RefusedAsync(o =>
        {
            o.Secrets.Add(TestIssuer.SecretText);
            o.Secrets.Add(s_short);
            o.Scopes.Add("data.read");
        });

        Assert.Contains("openssl rand", message);
        Assert.Contains("31 bytes", message);
        Assert.Contains("32", message);
        Assert.DoesNotContain(s_short, message);
        Assert.DoesNotContain(TestIssuer.SecretText, message);
    }

    [Fact]
    public async Task ASecretThatIsNoTextStopsTheApp() => Assert.Contains("lone surrogate", await RefusedAsync(o =>
    {
        o.Secrets.Add(new string('q', 40) + '\ud800');
        o.Scopes.Add("data.read");
    }));

    [Fact]
    public async Task BytesCountAndNotCharacters()
    {
        await using var host = await StartAsync(o =>
        {
            o.Secrets.Add(new string('ä', 16));
            o.Scopes.Add("data.read");
        });

        Assert.NotEmpty(host.Name);
    }

    [Fact]
    public async Task NoScopeStopsTheApp() =>
        Assert.Contains("scope", await RefusedAsync(o => o.Secrets.Add(TestIssuer.SecretText)));

    [Theory]
    [InlineData("")]
    [InlineData("data read")]
    [InlineData("dätä")]
    public async Task AWrongScopeStopsTheAppByName(string scope)
    {
        var message = await RefusedAsync(o =>
        {
            o.Secrets.Add(TestIssuer.SecretText);
            o.Scopes.Add(scope);
        });

        Assert.Contains($"'{scope}'", message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(1.5)]
    [InlineData(86401)]
    public async Task AnInvalidLifetimeStopsTheApp(double seconds)
    {
        var message = await RefusedAsync(o =>
        {
            o.Secrets.Add(TestIssuer.SecretText);
            o.Scopes.Add("data.read");
            o.TokenLifetime = TimeSpan.FromSeconds(seconds);
        });

        Assert.Contains("24 hours", message);
    }

    [Fact]
    public async Task EveryProblemIsNamedAtOnce()
    {
        var message = await RefusedAsync(
            o =>
            {
                (o.TokenLifetime, o.Issuer) = (TimeSpan.Zero, "");
                o.SigningKeys.Add(Convert.ToBase64String(new byte[31]));
                o.SigningKeys.Add("neither base64 nor fit to be seen");
            });

        Assert.DoesNotContain("fit to be seen", message);
        string[] parts =
            ["secret", "Signing key 1 of 2 has 31 bytes", "Signing key 2 of 2 is not base64", "scope", "life", "issuer's name"];
        foreach (var part in parts)
            Assert.Contains(part, message);
    }

    [Theory]
    [InlineData("api.example.com")]
    [InlineData("/api")]
    [InlineData("ftp://api.example.com")]
    [InlineData("https://me:hunter2@api.example.com")]
    public async Task AnOriginThatNoManifestCanNameStopsTheAppAndIsNotRepeated(string origin)
    {
        var message = await RefusedAsync(o => o.PublicOrigin = new Uri(origin, UriKind.RelativeOrAbsolute));

        Assert.Contains("public origin", message);
        Assert.DoesNotContain("hunter2", message);
    }

    [Fact]
    public async Task ANegativeManifestLifetimeStopsTheApp() =>
        Assert.Contains("manifest's lifetime", await RefusedAsync(o => o.ManifestLifetime = TimeSpan.FromSeconds(-1)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task ABlankNameThatWouldMakeEveryTokenInvalidStopsTheApp(string name)
    {
        Assert.Contains("audience", await RefusedAsync(o => o.Audience = name));
        Assert.Contains("issuer's name", await RefusedAsync(o => o.Issuer = name));
    }

    [Fact]
    public async Task MappingWithoutTheServicesNamesWhatIsMissing()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestHost.StartAsync(app => app.MapAgentTokens("/v1/agent-tokens")));

        Assert.Contains("AddAgentTokenIssuer", error.Message);
    }

    [Fact]
    public async Task AddingTwiceAddsUp()
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddAgentTokenIssuer(o => o.Scopes.Add("data.erase")));
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.erase", "data.read" };

        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(TestIssuer.Signed(body))).StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("too short to be a secret")]
    public async Task TheSampleIssuerSaysWhatIsWrongAndEnds(string? secret)
    {
        var start = new ProcessStartInfo("dotnet", [TestPaths.SampleIssuer, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("ATP_SECRET");
        if (secret is not null) start.Environment["ATP_SECRET"] = secret;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Contains("ATP_SECRET", await error);
        Assert.Contains("openssl rand", await error);
        var all = await output + await error;
        Assert.DoesNotContain("   at ", all);
        if (secret is { Length: > 0 }) Assert.DoesNotContain(secret, all);
    }

    private static async Task<string> RefusedAsync(Action<AgentTokenIssuerOptions> configure) =>
        (await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(configure))).Message;

    private static Task<TestHost> StartAsync(Action<AgentTokenIssuerOptions> configure) => TestHost.StartAsync(
        app => app.MapAgentTokens("/v1/agent-tokens"), builder => builder.Services.AddAgentTokenIssuer(configure));
}
