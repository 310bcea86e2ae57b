using System.Security.Cryptography;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>How the sample issuer reads ATP_SIGNING_KEY.</summary>
public sealed class SampleKeysTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    [Fact]
    public async Task FilesWithPrivateKeysAreReadAndTheirPublicHalvesServed()
    {
        var (next, old) = (KeyPair.Ec(), KeyPair.Rsa());
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        using var issuer = await SampleIssuer.StartWithAsync(
            "memory", ("ATP_SIGNING_KEY", $"{FileOf("next.pem", next)}; {FileOf("old.PEM", old)};{secret}"),
            ("ATP_PUBLIC_ORIGIN", "https://api.example.com"));
        var token = await issuer.TokenAsync();
        var keys = (await Wire.JsonAsync(await issuer.GetAsync("/.well-known/jwks.json"))).GetProperty("keys");

        Assert.True(next.HasSigned(token));
        Assert.True(await issuer.IsValidAsync(token));
        Assert.Equal([next.KeyId, old.KeyId], keys.EnumerateArray().Select(static k => k.GetProperty("kid").GetString()));
        var metadata = await Wire.JsonAsync(await issuer.GetAsync("/.well-known/oauth-authorization-server"));
        Assert.Equal("https://api.example.com", metadata.GetProperty("issuer").GetString());
    }

    [Fact]
    public async Task WithoutAPrivateKeyThereIsNoKeySet()
    {
        using var issuer = await SampleIssuer.StartWithAsync(
            "memory", ("ATP_SIGNING_KEY", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));

        Assert.Equal(404, (int)(await issuer.GetAsync("/.well-known/jwks.json")).StatusCode);
    }

    [Fact]
    public async Task WhatIsWrongIsSaidAtTheStart()
    {
        var key = FileOf("key.pem", KeyPair.Ec());
        await AssertEndsAsync("ATP_PUBLIC_ORIGIN", ("ATP_SIGNING_KEY", key));
        await AssertEndsAsync("ATP_PUBLIC_ORIGIN", ("ATP_SIGNING_KEY", key), ("ATP_PUBLIC_ORIGIN", "api.example.com"));
        await AssertEndsAsync("missing.pem", ("ATP_SIGNING_KEY", Path.Combine(_folder, "missing.pem")));
        await AssertEndsAsync(
            "Signing key 2 of 2 has no private key in PEM",
            ("ATP_SIGNING_KEY", $"{key};{FileOf("public.pem", KeyPair.Ec().Key.ExportSubjectPublicKeyInfoPem())}"),
            ("ATP_PUBLIC_ORIGIN", "https://api.example.com"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task AssertEndsAsync(string expected, params (string Name, string? Value)[] settings)
    {
        var (exitCode, output, error) = await SampleIssuer.RunAsync("memory", settings);
        Assert.Equal(1, exitCode);
        Assert.Contains(expected, error);
        Assert.DoesNotContain("   at ", output + error);
    }

    private string FileOf(string name, KeyPair pair) => FileOf(name, pair.Pem);

    private string FileOf(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
