using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>samples/Resource beside samples/Issuer, each in a process of its own.</summary>
public sealed class SampleResourceTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();
    private readonly int _port = FreePort.Find();

    [Fact]
    public async Task ARevokedTokenIsRefusedWithoutASecret()
    {
        using var issuer = await StartIssuerAsync();
        using var api = await SampleResource.StartAsync(issuer.Url, ("AgentToken__IntrospectionCacheSeconds", "1"));
        var (token, other) = (await issuer.TokenAsync(), await issuer.TokenAsync());
        Assert.Equal(200, await api.StatusAsync(token));

        await issuer.RevokeAsync(token);

        await api.UntilAsync(token, 401);
        Assert.Equal(200, await api.StatusAsync(other));
    }

    [Theory]
    [InlineData("Refuse", 503)]
    [InlineData("TrustSignature", 200)]
    public async Task AKilledIssuerIsTreatedAsConfiguredUntilItIsBack(string choice, int expected)
    {
        var issuer = await StartIssuerAsync();
        using var api = await SampleResource.StartAsync(
            issuer.Url, ("AgentToken__IntrospectionCacheSeconds", "1"), ("AgentToken__WhenUnavailable", choice));
        var token = await issuer.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.Dispose();
        await api.UntilAsync(token, expected);
        Assert.Equal(401, await api.StatusAsync(token[..^8] + "AAAAAAAA"));

        using var again = await StartIssuerAsync();
        await api.UntilAsync(token, 200);
        await again.RevokeAsync(token);
        await api.UntilAsync(token, 401);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<SampleIssuer> StartIssuerAsync()
    {
        var key = Path.Combine(_folder, "key.pem");
        if (!File.Exists(key)) File.WriteAllText(key, KeyPair.Ec().Pem);
        return SampleIssuer.StartAtAsync(_port, ("ATP_SIGNING_KEY", key), ("ATP_PUBLIC_ORIGIN", $"http://127.0.0.1:{_port}"));
    }
}
