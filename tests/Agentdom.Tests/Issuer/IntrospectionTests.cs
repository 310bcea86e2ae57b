using System.Text.Json;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Issuer;

/// <summary>Introspection (RFC 7662) and revocation (RFC 7009) with forms (protocol.md §7 and §8).</summary>
public sealed class IntrospectionTests
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Tokens = "/v1/agent-tokens/";

    [Theory]
    [InlineData("introspect")]
    [InlineData("verify")]
    public async Task AnActiveTokenIsDescribed(string path)
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(
            o => (o.Audience, o.Issuer) = ("orders", "https://issuer.example.com"), s => s.AddSingleton<TimeProvider>(time));
        var body = TestIssuer.Body();
        (body["aud"], body["scopes"]) = ("orders", new[] { "data.write", "data.read" });
        var token = await Wire.TokenAsync(issuer, body);
        using var response = await Wire.IntrospectAsync(issuer, token, path);
        var answer = await Wire.JsonAsync(response);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(
            ["active", "aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "token_type"],
            answer.EnumerateObject().Select(static p => p.Name).Order());
        Assert.True(answer.GetProperty("active").GetBoolean());
        Assert.Equal("Bearer", answer.GetProperty("token_type").GetString());
        Assert.Equal("test-agent", answer.GetProperty("client_id").GetString());
        var claims = ByHand.Claims(token);
        foreach (var name in new[] { "aud", "exp", "iat", "iss", "jti", "scope", "sub" })
            Assert.Equal(claims.GetProperty(name).GetRawText(), answer.GetProperty(name).GetRawText());
        Assert.Equal("data.write data.read", answer.GetProperty("scope").GetString());
    }

    [Fact]
    public async Task WithoutAnAudienceThereIsNone()
    {
        await using var issuer = await TestIssuer.StartAsync();

        Assert.False((await Wire.JsonAsync(await Wire.IntrospectAsync(issuer, await issuer.TokenAsync()))).TryGetProperty("aud", out _));
    }

    [Theory]
    [InlineData("introspect")]
    [InlineData("verify")]
    public async Task OfAnInactiveTokenNothingIsSaid(string path)
    {
        var time = new ManualTime();
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        await using var other = await TestIssuer.StartAsync(
            o => o.Secrets.Add("another secret of more than thirty-two bytes"), addSecret: false);
        var (revoked, expired) = (await issuer.TokenAsync(), await issuer.TokenAsync());
        using var revocation = await issuer.PostAsync(Tokens + "revoke", $"token={revoked}", Form);
        var foreign = await Wire.TokenAsync(other, TestIssuer.Body(), "another secret of more than thirty-two bytes");

        await AssertInactiveAsync(issuer, revoked, path);
        await AssertInactiveAsync(issuer, foreign, path);
        await AssertInactiveAsync(issuer, "garbage", path);
        await AssertInactiveAsync(issuer, "a.b.c", path);
        await AssertInactiveAsync(issuer, "\0", path);
        Assert.Contains("\"active\":true", await (await Wire.IntrospectAsync(issuer, expired, path)).Content.ReadAsStringAsync());
        time.Advance(3600);
        await AssertInactiveAsync(issuer, expired, path);
    }

    [Theory]
    [InlineData("token=TOKEN&token_type_hint=access_token")]
    [InlineData("token_type_hint=refresh_token&token=TOKEN&")]
    [InlineData("x=%E4&resource=https%3A%2F%2Fapi.example.com&t%6Fken=TOKEN")]
    [InlineData("=&token=TOKEN&flag")]
    public async Task OtherFieldsAreIgnored(string form)
    {
        await using var issuer = await TestIssuer.StartAsync();
        form = form.Replace("TOKEN", await issuer.TokenAsync());

        Assert.Contains("\"active\":true", await (await issuer.PostAsync(Tokens + "introspect", form, Form)).Content.ReadAsStringAsync());
        Assert.Equal(200, (int)(await issuer.PostAsync(Tokens + "revoke", form, Form)).StatusCode);
        Assert.Contains("\"active\":false", await (await issuer.PostAsync(Tokens + "introspect", form, Form)).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("token")]
    [InlineData("token=")]
    [InlineData("Token=x")]
    [InlineData("token_type_hint=access_token")]
    [InlineData("{\"token\":\"x\"}")]
    [InlineData("token=a&token=a")]
    [InlineData("token=a&t%6fken=b")]
    [InlineData("token=a&token_type_hint=x&token_type_hint=y")]
    public async Task AFormWithoutExactlyOneTokenIsRefused(string form)
    {
        await using var issuer = await TestIssuer.StartAsync();
        foreach (var path in new[] { "introspect", "verify", "revoke" })
            await Wire.AssertRefusedAsync(await issuer.PostAsync(Tokens + path, form, Form), 400, "invalid_request");
    }

    [Fact]
    public async Task AFormIsLimitedAsJsonIs()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var many = string.Join('&', Enumerable.Range(0, 200).Select(static i => $"f{i}=x"));
        foreach (var path in new[] { "introspect", "verify", "revoke" })
        {
            var large = await issuer.PostAsync(Tokens + path, "token=" + new string('x', TokenIssuer.MaxTokenBodyBytes), Form);
            await Wire.AssertRefusedAsync(large, 413, "invalid_request");
            await Wire.AssertRefusedAsync(await issuer.PostAsync(Tokens + path, $"token=x&{many}", Form), 400, "invalid_request");
        }
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8", 200)]
    [InlineData("Application/X-WWW-Form-URLEncoded", 200)]
    [InlineData("application/x-www-form-urlencoded; charset=latin1", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/json; charset=x", 415)]
    [InlineData("*/*", 415)]
    [InlineData("", 415)]
    public async Task TheContentTypeDecides(string type, int expected)
    {
        await using var issuer = await TestIssuer.StartAsync();
        foreach (var path in new[] { "introspect", "verify", "revoke" })
        {
            using var response = await issuer.PostAsync(Tokens + path, "token=x", type);
            if (expected == 200) Assert.Equal(200, (int)response.StatusCode);
            else await Wire.AssertRefusedAsync(response, expected, "invalid_request");
        }
    }

    [Fact]
    public async Task OnlyAFormIsIntrospectedAndOnlyJsonIsATokenRequest()
    {
        await using var issuer = await TestIssuer.StartAsync();

        await Wire.AssertRefusedAsync(await issuer.PostAsync(Tokens + "introspect", """{"token":"x"}"""), 415, "invalid_request");
        await Wire.AssertRefusedAsync(await issuer.PostAsync("/v1/agent-tokens", "token=x", Form), 415, "invalid_request");
        await Wire.AssertNotValidAsync(issuer, "x");
        Assert.Equal(405, (int)(await issuer.GetAsync(Tokens + "introspect?token=x")).StatusCode);
    }

    [Fact]
    public async Task AnUnknownTokenIsRevokedWithoutAnError()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await issuer.PostAsync(Tokens + "revoke", "token=unknown", Form);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("""{"revoked":true}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AnUnavailableStateIsNoVerdict()
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<IIssuerState>(new FailingState { Mints = true }));
        var token = await issuer.TokenAsync();

        await Wire.AssertRefusedAsync(await Wire.IntrospectAsync(issuer, token), 503, "temporarily_unavailable");
        await Wire.AssertRefusedAsync(await issuer.PostAsync(Tokens + "revoke", $"token={token}", Form), 503, "temporarily_unavailable");
    }

    private static async Task AssertInactiveAsync(TestIssuer issuer, string token, string path)
    {
        using var response = await Wire.IntrospectAsync(issuer, token, path);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("""{"active":false}""", await response.Content.ReadAsStringAsync());
    }
}
