using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>The maximum size of a request and its fields: the largest accepted value and the next larger one.</summary>
public sealed class BoundsTests
{
    private const int MaxBytes = 16 * 1024;
    private const string Rocket = "🚀";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARequestOfExactly16KiBIsRead(bool chunked)
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await PostAsync(issuer, MaxBytes, chunked);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(MaxBytes + 1, false)]
    [InlineData(MaxBytes + 1, true)]
    [InlineData(1024 * 1024, true)]
    public async Task ALargerRequestIsRefused(int bytes, bool chunked)
    {
        await using var issuer = await TestIssuer.StartAsync();
        using var response = await PostAsync(issuer, bytes, chunked);

        await Wire.AssertRefusedAsync(response, 413, "invalid_request");
    }

    public static TheoryData<string, int, string> Lengths => new()
    {
        { "agent_id", 1, "x" }, { "agent_id", 256, "x" }, { "agent_id", 256, Rocket },
        { "purpose", 0, "x" }, { "purpose", 1024, "x" }, { "purpose", 1024, Rocket },
    };

    [Theory, MemberData(nameof(Lengths))]
    public async Task TextsOfTheLongestLengthAreTaken(string field, int length, string character)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body[field] = string.Concat(Enumerable.Repeat(character, length));

        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(TestIssuer.Signed(body))).StatusCode);
    }

    [Theory]
    [InlineData("agent_id", 0, "x")]
    [InlineData("agent_id", 257, "x")]
    [InlineData("agent_id", 257, Rocket)]
    [InlineData("purpose", 1025, "x")]
    [InlineData("purpose", 1025, Rocket)]
    public async Task TextsBeyondTheirLengthAreRefused(string field, int length, string character)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body[field] = string.Concat(Enumerable.Repeat(character, length));

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(body)), 400, "invalid_request");
        Assert.Contains(field, refusal.GetProperty("error_description").GetString());
    }

    [Fact]
    public async Task TheLargestRequestThatIsTakenGivesATokenThatCanBeUsedVerifiedAndRevoked()
    {
        var scopes = Enumerable.Range(0, 64).Select(i => $"{i:00}{new string('s', 126)}").ToArray();
        await using var issuer = await TestIssuer.StartAsync(o => Array.ForEach(scopes, o.Scopes.Add));
        var body = TestIssuer.Body();
        body["scopes"] = scopes;
        body["agent_id"] = string.Concat(Enumerable.Repeat(Rocket, 256));
        body["purpose"] = string.Concat(Enumerable.Repeat(Rocket, 1024));
        var question = $$"""{"token":"{{await Wire.TokenAsync(issuer, body)}}"}""";

        using var verdict = await issuer.PostAsync("/v1/agent-tokens/verify", question);
        Assert.Equal(200, (int)verdict.StatusCode);
        Assert.True((await Wire.JsonAsync(verdict)).GetProperty("valid").GetBoolean());
        using var revocation = await issuer.PostAsync("/v1/agent-tokens/revoke", question);
        Assert.Equal(200, (int)revocation.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(TestIssuer issuer, int bytes, bool chunked)
    {
        var body = TestIssuer.Body();
        body["filler"] = "";
        body["filler"] = new string('x', bytes - TestIssuer.Signed(body).Length);
        var text = System.Text.Encoding.UTF8.GetBytes(TestIssuer.Signed(body));
        Assert.Equal(bytes, text.Length);
        return Wire.PostAsync(issuer.Uri("/v1/agent-tokens"), text, "application/json", chunked);
    }
}
