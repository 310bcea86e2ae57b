using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>An endpoint of the app's own behind <c>RequireAgentScope</c>.</summary>
public sealed class ResourceTests
{
    [Fact]
    public async Task AValidTokenAuthenticatesTheAgentByItsId()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await issuer.GetDataAsync(await issuer.TokenAsync());

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("test-agent", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task WithoutATokenTheChallengeNamesNoError()
    {
        await using var issuer = await TestIssuer.StartAsync();

        Wire.AssertChallenge(await issuer.GetDataAsync(null), 401, "Bearer");
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("bearerless")]
    [InlineData("Bearer")]
    public async Task OtherCredentialsAreNoToken(string authorization)
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri("/data"));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        Wire.AssertChallenge(await Wire.Http.SendAsync(request), 401, "Bearer");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    public async Task AnInvalidTokenIsReportedAsSuch(string token)
    {
        await using var issuer = await TestIssuer.StartAsync();

        Wire.AssertChallenge(await issuer.GetDataAsync(token), 401, "Bearer error=\"invalid_token\"");
    }

    [Fact]
    public async Task TheSchemeIsReadInAnyCase()
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri("/data"));
        request.Headers.TryAddWithoutValidation("Authorization", $"bearer {await issuer.TokenAsync()}");

        Assert.Equal(200, (int)(await Wire.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task AnotherScopeIsNotEnoughAndTheNeededOneIsNamed()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.write" };
        var token = await Wire.TokenAsync(issuer, body);

        Wire.AssertChallenge(
            await issuer.GetDataAsync(token), 403, "Bearer error=\"insufficient_scope\", scope=\"data.read\"");
    }

    [Fact]
    public async Task TheScopesOfAGroupAndOfItsEndpointAreBothNamed()
    {
        await using var issuer = await TestIssuer.StartAsync(map: app => app
            .MapGroup("/group").RequireAgentScope("data.write")
            .MapGet("/data", (HttpContext http) => http.User.Identity!.Name).RequireAgentScope("data.read"));
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer.Uri("/group/data"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {await issuer.TokenAsync()}");

        Wire.AssertChallenge(
            await Wire.Http.SendAsync(request), 403, "Bearer error=\"insufficient_scope\", scope=\"data.write data.read\"");
    }

    [Fact]
    public async Task AnotherSchemesChallengeStays()
    {
        await using var issuer = await TestIssuer.StartAsync(map: app =>
        {
            app.Use(async (HttpContext context, RequestDelegate next) =>
            {
                context.Response.Headers.WWWAuthenticate = "Basic";
                await next(context);
            });
            app.UseAuthorization();
        });
        using var answer = await issuer.GetDataAsync(null);

        Assert.Equal(["Basic", "Bearer"], answer.Headers.WwwAuthenticate.Select(c => c.ToString()));
    }

    [Fact]
    public async Task WithTheStateUnavailableNoTokenIsIssued()
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<IIssuerState>(new FailingState()));

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(TestIssuer.Body())), 503, "temporarily_unavailable");
        Assert.DoesNotContain("redis", refusal.GetRawText());
    }

    [Fact]
    public async Task WithTheStateUnavailableNoTokenIsReportedAsValidOrInvalid()
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<IIssuerState>(new FailingState { Mints = true }));
        var question = $$"""{"token":"{{await issuer.TokenAsync()}}"}""";

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.PostAsync("/v1/agent-tokens/verify", question), 503, "temporarily_unavailable");
        Assert.DoesNotContain("redis", refusal.GetRawText());
    }

    [Fact]
    public async Task WithTheStateUnavailableNobodyIsAuthenticated()
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<IIssuerState>(new FailingState { Mints = true }));
        using var response = await issuer.GetDataAsync(await issuer.TokenAsync());

        Assert.InRange((int)response.StatusCode, 500, 599);
        Assert.DoesNotContain("redis", await response.Content.ReadAsStringAsync());
    }
}
