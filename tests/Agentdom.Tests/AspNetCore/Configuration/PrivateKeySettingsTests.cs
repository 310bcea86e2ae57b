using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Private keys from the places in which apps have their settings.</summary>
public sealed class PrivateKeySettingsTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();
    private readonly KeyPair _pair = KeyPair.Ec();

    [Fact]
    public async Task AJsonFile()
    {
        var file = Path.Combine(_folder, "appsettings.json");
        await File.WriteAllTextAsync(
            file, JsonSerializer.Serialize(new { AgentTokens = new { SigningKeys = new[] { _pair.Pem } } }),
            TestContext.Current.CancellationToken);
        Assert.Contains("\\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        await AssertSignsAsync(builder => builder.AddJsonFile(file));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\\n")]
    public async Task AnEnvironmentVariable(string lineBreak)
    {
        var prefix = $"TEST_{Guid.NewGuid():N}_";
        using var variable = new EnvironmentVariable(prefix + "AgentTokens__SigningKeys__0", _pair.Pem.Replace("\n", lineBreak));

        await AssertSignsAsync(builder => builder.AddEnvironmentVariables(prefix));
    }

    [Fact]
    public async Task AMountedFile()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "AgentTokens__SigningKeys__0"), _pair.Pem + "\n", TestContext.Current.CancellationToken);

        await AssertSignsAsync(builder => builder.AddKeyPerFile(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task AssertSignsAsync(Action<IConfigurationBuilder> add)
    {
        var settings = new ConfigurationBuilder();
        add(settings);
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddAgentTokenIssuer(settings.Build().GetSection("AgentTokens")));

        Assert.True(_pair.HasSigned(await issuer.TokenAsync()));
    }
}
