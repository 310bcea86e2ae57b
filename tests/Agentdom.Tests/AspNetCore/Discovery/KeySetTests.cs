using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Agentdom.Tests.AspNetCore;

/// <summary>What <c>MapAgentTokenKeys</c> serves (RFC 7517, RFC 8414).</summary>
public sealed class KeySetTests
{
    private const string KeySet = "/.well-known/jwks.json";
    private const string Metadata = "/.well-known/oauth-authorization-server";

    [Fact]
    public async Task TheKeySetHasThePublicHalvesAndNothingElse()
    {
        var (ec, rsa) = (KeyPair.Ec(), KeyPair.Rsa());
        await using var issuer = await StartAsync(rsa.Pem, Secret(), ec.Pem, rsa.Pem);
        var text = await (await issuer.GetAsync(KeySet)).Content.ReadAsStringAsync();
        var keys = JsonDocument.Parse(text).RootElement.GetProperty("keys").EnumerateArray().ToList();

        Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], Names(keys[0]));
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], Names(keys[1]));
        Assert.Equal(2, keys.Count);
        Assert.Equal([rsa.KeyId, ec.KeyId], keys.Select(static k => k.GetProperty("kid").GetString()));
        Assert.Equal(["RS256", "ES256"], keys.Select(static k => k.GetProperty("alg").GetString()));
        Assert.All(keys, static k => Assert.Equal("sig", k.GetProperty("use").GetString()));
        Assert.All(keys, static k => Assert.False(new JsonWebKey(k.GetRawText()).HasPrivateKey));
        // Another implementation of the thumbprint.
        Assert.All(keys, static k => Assert.Equal(
            k.GetProperty("kid").GetString(), Base64UrlEncoder.Encode(new JsonWebKey(k.GetRawText()).ComputeJwkThumbprint())));
    }

    [Theory]
    [InlineData(KeySet)]
    [InlineData(Metadata)]
    public async Task EveryoneMayReadAndCacheItForFiveMinutes(string path)
    {
        await using var issuer = await StartAsync(KeyPair.Ec().Pem);
        using var get = await issuer.GetAsync(path);
        using var head = await Wire.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, issuer.Uri(path)));

        foreach (var response in new[] { get, head })
        {
            Assert.Equal(200, (int)response.StatusCode);
            Assert.Equal("public, max-age=300", response.Headers.CacheControl?.ToString());
            Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
            Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        }
        Assert.Equal((await get.Content.ReadAsByteArrayAsync()).Length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task TheMetadataNamesTheIssuerAndItsEndpoints()
    {
        await using var issuer = await StartAsync(KeyPair.Ec().Pem);
        var metadata = await Wire.JsonAsync(await issuer.GetAsync(Metadata));
        var origin = $"http://{issuer.Name}";

        Assert.Equal(
            [
                "grant_types_supported", "introspection_endpoint", "introspection_endpoint_auth_methods_supported", "issuer", "jwks_uri",
                "response_types_supported", "revocation_endpoint", "revocation_endpoint_auth_methods_supported", "scopes_supported",
            ],
            Names(metadata));
        Assert.Equal(origin, metadata.GetProperty("issuer").GetString());
        Assert.Equal(ByHand.Claims(await issuer.TokenAsync()).GetProperty("iss").GetString(), metadata.GetProperty("issuer").GetString());
        Assert.Equal(origin + KeySet, metadata.GetProperty("jwks_uri").GetString());
        Assert.Equal($"{origin}/v1/agent-tokens/introspect", metadata.GetProperty("introspection_endpoint").GetString());
        Assert.Equal($"{origin}/v1/agent-tokens/revoke", metadata.GetProperty("revocation_endpoint").GetString());
        Assert.Equal("""["data.read","data.write"]""", metadata.GetProperty("scopes_supported").GetRawText());
        Assert.Equal("""["none"]""", metadata.GetProperty("introspection_endpoint_auth_methods_supported").GetRawText());
    }

    [Fact]
    public async Task TheManifestNamesTheKeySetIfThereIsOne()
    {
        await using var with = await StartAsync(KeyPair.Ec().Pem);
        await using var without = await TestIssuer.StartAsync(o => o.SigningKeys.Add(KeyPair.Ec().Pem));
        var auth = (await Wire.JsonAsync(await with.GetAsync("/.well-known/agentdom.json"))).GetProperty("auth");

        Assert.Equal($"http://{with.Name}{KeySet}", auth.GetProperty("agent_token_jwks_uri").GetString());
        Assert.DoesNotContain("jwks", await (await without.GetAsync("/.well-known/agentdom.json")).Content.ReadAsStringAsync());
        Assert.Equal(404, (int)(await without.GetAsync(KeySet)).StatusCode);
    }

    [Fact]
    public async Task AGroupsMetadataNamesTheEndpointsOfThatGroup()
    {
        await using var issuer = await TestIssuer.StartPublishingAsync(
            o => o.SigningKeys.Add(KeyPair.Ec().Pem),
            map: app =>
            {
                var group = app.MapGroup("/{tenant}");
                group.MapAgentTokens("/tokens");
                group.MapAgentTokenKeys();
            });
        var origin = $"http://{issuer.Name}";
        var metadata = await Wire.JsonAsync(await issuer.GetAsync("/acme" + Metadata));

        Assert.Equal($"{origin}/acme{KeySet}", metadata.GetProperty("jwks_uri").GetString());
        Assert.Equal($"{origin}/acme/tokens/introspect", metadata.GetProperty("introspection_endpoint").GetString());
        Assert.Equal(200, (int)(await issuer.GetAsync("/acme" + KeySet)).StatusCode);
        Assert.Equal(
            $"{origin}/v1/agent-tokens/revoke",
            (await Wire.JsonAsync(await issuer.GetAsync(Metadata))).GetProperty("revocation_endpoint").GetString());
    }

    [Fact]
    public async Task AnAppThatOnlyPublishesKeysNamesNoOtherEndpoints()
    {
        await using var host = await TestHost.StartAsync(
            app => app.MapAgentTokenKeys(),
            builder => builder.Services.AddAgentTokenIssuer(o =>
            {
                o.PublicOrigin = new Uri("https://issuer.example.com/api/");
                o.Scopes.Add("data.read");
                o.SigningKeys.Add(KeyPair.Ec().Pem);
                o.Secrets.Add(TestIssuer.SecretText);
            }));
        var metadata = await Wire.JsonAsync(await Wire.Http.GetAsync(host.Uri(Metadata)));

        Assert.Equal("https://issuer.example.com/api", metadata.GetProperty("issuer").GetString());
        Assert.Equal("https://issuer.example.com/api" + KeySet, metadata.GetProperty("jwks_uri").GetString());
        Assert.False(metadata.TryGetProperty("introspection_endpoint", out _));
        Assert.False(metadata.TryGetProperty("revocation_endpoint", out _));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("http://api.example.com", null)]
    [InlineData(null, "the issuer")]
    [InlineData("https://api.example.com", "the issuer")]
    [InlineData("http://api.example.com", "https://api.example.com")]
    [InlineData(null, "https://api.example.com?tenant=1")]
    [InlineData(null, "https://api.example.com#1")]
    [InlineData(null, "https://me:hunter2@api.example.com")]
    public async Task WithoutAnAddressAsItsNameTheAppDoesNotStart(string? origin, string? name)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestIssuer.StartAsync(
            o => (o.PublicOrigin, o.Issuer) = (origin is null ? null : new Uri(origin), name), map: app => app.MapAgentTokenKeys()));

        Assert.Contains("MapAgentTokenKeys", error.Message);
        Assert.Contains("Set PublicOrigin, such as https://api.example.com", error.Message);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    [Theory]
    [InlineData("https://login.example.com", "https://api.example.com", "https://api.example.com")]
    [InlineData("https://login.example.com/", null, "https://login.example.com")]
    [InlineData("http://localhost:5001", null, "http://localhost:5001")]
    [InlineData("http://[::1]:5001", null, "http://[::1]:5001")]
    public async Task AnIssuersNameOfItsOwnIsPublishedUnchanged(string name, string? origin, string expected)
    {
        await using var issuer = await TestIssuer.StartAsync(
            o => (o.Issuer, o.PublicOrigin) = (name, origin is null ? null : new Uri(origin)), map: app => app.MapAgentTokenKeys());
        var metadata = await Wire.JsonAsync(await issuer.GetAsync(Metadata));

        Assert.Equal(name, metadata.GetProperty("issuer").GetString());
        Assert.Equal(expected + KeySet, metadata.GetProperty("jwks_uri").GetString());
    }

    [Fact]
    public async Task AChangeToANameThatIsNoAddressIsNotApplied()
    {
        using var log = new LogCapture();
        var settings = new ReloadableSettings();
        settings.Change(("AgentTokens:Issuer", "https://api.example.com"), ("AgentTokens:SigningKeys:0", KeyPair.Ec().Pem));
        await using var issuer = await TestIssuer.StartAsync(
            services: s =>
            {
                s.AddLogging(l => l.AddProvider(log));
                s.AddAgentTokenIssuer(settings.Section("AgentTokens"));
            },
            map: app => app.MapAgentTokenKeys());

        settings.Change(("AgentTokens:Issuer", "a name"));

        Assert.Contains("MapAgentTokenKeys", Assert.Single(log.All, static e => e.Id == 2002).Text);
        var metadata = await Wire.JsonAsync(await issuer.GetAsync(Metadata));
        Assert.Equal("https://api.example.com", metadata.GetProperty("issuer").GetString());
    }

    [Fact]
    public async Task AChangedListOfKeysIsPublishedAtOnce()
    {
        var (old, next) = (KeyPair.Ec(), KeyPair.Rsa());
        var settings = new ReloadableSettings();
        settings.Change(("AgentTokens:SigningKeys:0", old.Pem));
        await using var issuer = await TestIssuer.StartPublishingAsync(
            services: s => s.AddAgentTokenIssuer(settings.Section("AgentTokens")));
        Assert.Equal([old.KeyId], await KeyIdsAsync(issuer));

        settings.Change(("AgentTokens:SigningKeys:1", next.Pem));
        Assert.Equal([old.KeyId, next.KeyId], await KeyIdsAsync(issuer));
        Assert.True(old.HasSigned(await issuer.TokenAsync()));

        settings.Change(("AgentTokens:SigningKeys:0", next.Pem), ("AgentTokens:SigningKeys:1", old.Pem));
        Assert.Equal([next.KeyId, old.KeyId], await KeyIdsAsync(issuer));
        Assert.True(next.HasSigned(await issuer.TokenAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WithSecretKeysAloneTheSetIsEmptyAndTheLogSaysSo(bool hasKeyOfItsOwn)
    {
        using var log = new LogCapture();
        await using var issuer = await TestIssuer.StartPublishingAsync(
            o =>
            {
                if (hasKeyOfItsOwn) o.SigningKeys.Add(Secret());
            },
            s => s.AddLogging(l => l.AddProvider(log)));

        Assert.Equal("""{"keys":[]}""", await (await issuer.GetAsync(KeySet)).Content.ReadAsStringAsync());
        var entry = Assert.Single(log.Of("Agentdom.AspNetCore.CurrentIssuer"));
        Assert.Equal((2007, LogLevel.Warning), (entry.Id, entry.Level));
    }

    [Fact]
    public async Task WithAPrivateKeyNothingIsLogged()
    {
        using var log = new LogCapture();
        await using var issuer = await TestIssuer.StartPublishingAsync(
            o => o.SigningKeys.Add(KeyPair.Ec().Pem), s => s.AddLogging(l => l.AddProvider(log)));

        Assert.Empty(log.Of("Agentdom.AspNetCore.CurrentIssuer"));
    }

    [Theory]
    [InlineData(KeySet)]
    [InlineData(Metadata)]
    public async Task ASecondDocumentAtTheSameAddressStopsTheApp(string path)
    {
        var endpoint = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestIssuer.StartPublishingAsync(map: app => app.MapGet(path, () => "{}").WithDisplayName("our own")));
        var twice = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestIssuer.StartPublishingAsync(map: app => app.MapAgentTokenKeys()));
        var folder = Directory.CreateDirectory(Path.Combine(TestPaths.NewFolder(), ".well-known"));
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, Path.GetFileName(path)), "{}", TestContext.Current.CancellationToken);
        using var files = new PhysicalFileProvider(folder.Parent!.FullName);
        var file = await Assert.ThrowsAsync<InvalidOperationException>(() => TestIssuer.StartPublishingAsync(
            map: app => app.Environment.WebRootFileProvider = files));
        folder.Parent.Delete(recursive: true);

        Assert.Contains($"{path}: the one of MapAgentTokenKeys, and the endpoint 'our own'", endpoint.Message);
        Assert.Contains("MapAgentTokenKeys, and the endpoint", twice.Message);
        Assert.Contains($"{path}: the one of MapAgentTokenKeys, and the file", file.Message);
    }

    [Fact]
    public async Task MappingWithoutTheServicesNamesWhatIsMissing()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(app => app.MapAgentTokenKeys()));

        Assert.Contains("AddAgentTokenIssuer", error.Message);
    }

    private static string Secret() => Convert.ToBase64String(RandomBytes.Make(32));

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(static p => p.Name).Order();

    private static async Task<IEnumerable<string?>> KeyIdsAsync(TestIssuer issuer) =>
        (await Wire.JsonAsync(await issuer.GetAsync(KeySet))).GetProperty("keys").EnumerateArray()
            .Select(static k => k.GetProperty("kid").GetString());

    private static Task<TestIssuer> StartAsync(params string[] keys) => TestIssuer.StartPublishingAsync(o =>
    {
        foreach (var key in keys) o.SigningKeys.Add(key);
    });
}
