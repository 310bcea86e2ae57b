using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>
/// Resource servers that know nothing of this project: ASP.NET Core's own <c>AddJwtBearer</c>, and npm jose. They have the address
/// of the issuer, and no secret.
/// </summary>
public sealed class StockStackTests
{
    public static TheoryData<string> Algorithms => ["ES256", "RS256"];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task JwtBearerAcceptsATokenAndRefusesOthers(string algorithm)
    {
        await using var issuer = await PublishingIssuer.StartAsync(KeyPair.Of(algorithm));
        await using var resource = await StartJwtBearerAsync(issuer);

        await AssertChecksAsync(issuer, algorithm, token => GetAsync(resource, token));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task JoseAcceptsATokenAndRefusesOthers(string algorithm)
    {
        await using var issuer = await PublishingIssuer.StartAsync(KeyPair.Of(algorithm));
        using var resource = await JoseResource.StartAsync(issuer.Address, PublishingIssuer.Audience);

        Assert.Equal((200, "test-agent data.read"), await resource.GetAsync(await issuer.TokenAsync()));
        await AssertChecksAsync(issuer, algorithm, async token => (await resource.GetAsync(token)).Status);
        Assert.Equal((401, "ERR_JWT_EXPIRED"), await resource.GetAsync(await issuer.TokenAsync(Expire)));
        Assert.Equal((401, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"), await resource.GetAsync(
            await issuer.TokenAsync(static _ => { }, KeyPair.Of(algorithm))));
    }

    [Fact]
    public async Task JwtBearerGoesOnAfterARotation()
    {
        var old = KeyPair.Ec();
        await using var issuer = await PublishingIssuer.StartAsync(old);
        await using var resource = await StartJwtBearerAsync(issuer);

        await AssertGoesOnAsync(issuer, old, token => GetAsync(resource, token));
    }

    [Fact]
    public async Task JoseGoesOnAfterARotation()
    {
        var old = KeyPair.Ec();
        await using var issuer = await PublishingIssuer.StartAsync(old);
        using var resource = await JoseResource.StartAsync(issuer.Address, PublishingIssuer.Audience);

        await AssertGoesOnAsync(issuer, old, async token => (await resource.GetAsync(token)).Status);
    }

    private static async Task AssertChecksAsync(PublishingIssuer issuer, string algorithm, Func<string, Task<int>> getAsync)
    {
        Assert.Equal(200, await getAsync(await issuer.TokenAsync()));
        // Made by hand, as the ones below, of which each differs in one thing.
        Assert.Equal(200, await getAsync(await issuer.TokenAsync(static _ => { })));
        Assert.Equal(401, await getAsync(await issuer.TokenAsync(Expire)));
        Assert.Equal(401, await getAsync(await issuer.TokenAsync(static claims => claims["aud"] = "stock")));
        Assert.Equal(401, await getAsync(await issuer.TokenAsync(static claims => claims["iss"] = "https://issuer.example.com")));
        Assert.Equal(401, await getAsync(await issuer.TokenAsync(static _ => { }, KeyPair.Of(algorithm))));
        Assert.Equal(401, await getAsync("garbage"));
    }

    private static async Task AssertGoesOnAsync(PublishingIssuer issuer, KeyPair old, Func<string, Task<int>> getAsync)
    {
        var before = await issuer.TokenAsync();
        Assert.Equal(200, await getAsync(before));
        var next = KeyPair.Rsa();

        // As docs/issuer.md says: first published, then used.
        issuer.SetKeys(old, next);
        Assert.Equal(200, await getAsync(await issuer.TokenAsync()));
        issuer.SetKeys(next, old);
        var after = await issuer.TokenAsync();
        Assert.True(next.HasSigned(after));

        await TokenApi.UntilAsync(async () => await getAsync(after) == 200);
        Assert.Equal(200, await getAsync(before));
    }

    // Longer ago than the tolerance of AddJwtBearer, which is five minutes.
    private static void Expire(System.Text.Json.Nodes.JsonObject claims)
    {
        (claims["iat"], claims["nbf"]) = (0, 0);
        claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(-6).ToUnixTimeSeconds();
    }

    private static Task<TestHost> StartJwtBearerAsync(PublishingIssuer issuer) => TestHost.StartAsync(
        app => app.MapGet("/data", (HttpContext http) => http.User.FindFirst("sub")!.Value).RequireAuthorization(),
        builder =>
        {
            builder.Services.AddAuthentication().AddJwtBearer(o =>
            {
                o.MetadataAddress = issuer.Address + "/.well-known/oauth-authorization-server";
                o.RequireHttpsMetadata = false;
                o.Audience = PublishingIssuer.Audience;
                o.MapInboundClaims = false;
                o.TokenValidationParameters.ValidTypes = ["at+jwt"];
                // The shortest that it allows. By default it looks again for an unknown key after five minutes.
                o.RefreshInterval = TimeSpan.FromSeconds(1);
            });
            builder.Services.AddAuthorization();
        });

    private static async Task<int> GetAsync(TestHost resource, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, resource.Uri("/data"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await Wire.Http.SendAsync(request);
        return (int)response.StatusCode;
    }
}
