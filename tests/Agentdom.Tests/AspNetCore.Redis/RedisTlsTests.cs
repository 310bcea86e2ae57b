using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreRedis;

/// <summary>A Redis that is reached with TLS, with a password that needs escapes, by the sample issuer.</summary>
public sealed class RedisTlsTests : IAsyncLifetime
{
    private const string Password = "p@ss:w/rd?#%&=,;+ \"é\\";

    private readonly string _folder = TestPaths.NewFolder();
    private ThrowawayAuthority _authority = null!;
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _authority = new ThrowawayAuthority(_folder);
        _redis = await RedisServer.StartTlsAsync(_authority, "localhost", "--requirepass", Password);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        _authority?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task ACertificateThatTheSystemTrustsIsEnough()
    {
        using var issuer = await StartAsync("localhost", _authority.File);

        var token = await issuer.TokenAsync();
        Assert.True(await issuer.IsValidAsync(token));
        using var revoked = await issuer.RevokeAsync(token);
        Assert.False(await issuer.IsValidAsync(token));
    }

    [Theory]
    [InlineData("localhost", false)]
    // The certificate has another name.
    [InlineData("127.0.0.1", true)]
    public async Task AnotherOneIsNotTrusted(string host, bool isTrusted)
    {
        using var issuer = await StartAsync(host, isTrusted ? _authority.File : null);

        using var answer = await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body()));
        await Wire.AssertRefusedAsync(answer, 503, "temporarily_unavailable");
    }

    private Task<SampleIssuer> StartAsync(string host, string? authority) => SampleIssuer.StartWithAsync(
        $"rediss://:{Uri.EscapeDataString(Password)}@{host}:{_redis.Port}", ("SSL_CERT_FILE", authority));
}
