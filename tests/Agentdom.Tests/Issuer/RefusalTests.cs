using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Issuer;

/// <summary>Bodies that cannot be read, and signed bodies with invalid fields.</summary>
public sealed class RefusalTests
{
    private static readonly string s_zeros = new('0', 64);

    public static TheoryData<string> Unreadable => new(
        "", " ", "hello", "{", "[]", "null", "\"text\"", "5", "{} {}", "{}x", "{'a':1}",
        "{\"a\":1,}", "/**/{}", "{\"a\":NaN}",
        $$"""{"agent_id":"a","agent_id":"a","signature":"{{s_zeros}}"}""",
        $$"""{"agent_id":"a","agent\u005fid":"a","signature":"{{s_zeros}}"}""",
        $$"""{"x":{"y":1,"y":2},"signature":"{{s_zeros}}"}""",
        $$"""{"signature":"{{s_zeros}}","signature":"{{s_zeros}}"}""",
        $$"""{"timestamp":9007199254740992,"signature":"{{s_zeros}}"}""",
        $$"""{"timestamp":-9007199254740992,"signature":"{{s_zeros}}"}""",
        $$"""{"timestamp":1e999,"signature":"{{s_zeros}}"}""",
        $$"""{"purpose":"\ud800","signature":"{{s_zeros}}"}""",
        $$"""{"\udc00":1,"signature":"{{s_zeros}}"}""",
        $$"""{"x":{{new string('[', 32)}}{{new string(']', 32)}},"signature":"{{s_zeros}}"}""",
        new string('[', 8000),
        $$"""{"agent_id":"a"}""",
        $$"""{"signature":null}""", $$"""{"signature":5}""", $$"""{"signature":["{{s_zeros}}"]}""");

    [Theory, MemberData(nameof(Unreadable))]
    public async Task WhatCannotBeReadSafelyIsRefused(string text)
    {
        await using var issuer = await TestIssuer.StartAsync();

        await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(text), 400, "invalid_request");
    }

    [Fact]
    public async Task InvalidUtf8IsRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = Encoding.UTF8.GetBytes(TestIssuer.Signed(TestIssuer.Body()));
        body[body.AsSpan().IndexOf("tests"u8)] = 0xFF;

        await Wire.AssertRefusedAsync(await issuer.PostAsync("/v1/agent-tokens", body), 400, "invalid_request");
    }

    [Fact]
    public async Task AByteOrderMarkIsRefused()
    {
        await using var issuer = await TestIssuer.StartAsync();
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(TestIssuer.Signed(TestIssuer.Body()))];

        await Wire.AssertRefusedAsync(await issuer.PostAsync("/v1/agent-tokens", body), 400, "invalid_request");
    }

    [Fact]
    public async Task TheDeepestNestingAndTheLargestIntegerAreTaken()
    {
        await using var issuer = await TestIssuer.StartAsync();
        object deep = Array.Empty<object>();
        for (var depth = 2; depth < 32; depth++) deep = new[] { deep };
        var body = TestIssuer.Body();
        (body["deep"], body["large"]) = (deep, 9007199254740991);

        Assert.Equal(200, (int)(await issuer.RequestTokenAsync(TestIssuer.Signed(body))).StatusCode);
    }

    [Theory]
    [InlineData("agent_id")]
    [InlineData("purpose")]
    [InlineData("scopes")]
    [InlineData("timestamp")]
    public async Task AMissingFieldIsRefusedByName(string field)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body.Remove(field);

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(body)), 400, "invalid_request");
        Assert.Contains(field, refusal.GetProperty("error_description").GetString());
    }

    public static TheoryData<string, string> WrongFields => new()
    {
        { "agent_id", "null" }, { "agent_id", "5" }, { "agent_id", "true" }, { "agent_id", "[]" },
        { "agent_id", "{}" },
        { "purpose", "null" }, { "purpose", "5" }, { "purpose", "[\"x\"]" },
        { "scopes", "null" }, { "scopes", "\"data.read\"" }, { "scopes", "{}" }, { "scopes", "[]" },
        { "scopes", "[1]" }, { "scopes", "[null]" }, { "scopes", "[[\"data.read\"]]" },
        { "scopes", "[\"data.read\",\"data.read\"]" },
        { "scopes", "[\"\"]" }, { "scopes", "[\"data read\"]" }, { "scopes", "[\"data\\\"read\"]" },
        { "scopes", "[\"data\\\\read\"]" }, { "scopes", "[\"dätä\"]" }, { "scopes", "[\"data\\u0000\"]" },
        { "scopes", $"[\"{new string('s', 129)}\"]" },
        { "scopes", $"[{string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"s{i}\""))}]" },
        { "timestamp", "null" }, { "timestamp", "\"1795464527000\"" }, { "timestamp", "1795464527000.5" },
        { "timestamp", "-1" }, { "timestamp", "true" }, { "timestamp", "[1795464527000]" },
        { "timestamp", "9007199254740991" }, { "aud", "5" }, { "aud", "null" },
    };

    [Theory, MemberData(nameof(WrongFields))]
    public async Task AFieldOfAWrongKindIsRefusedByName(string field, string json)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body[field] = StrictJson.Parse(json);

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(body)), 400, "invalid_request");
        Assert.Contains(field, refusal.GetProperty("error_description").GetString());
    }

    [Fact]
    public async Task AnUnknownScopeIsRefusedByName()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = TestIssuer.Body();
        body["scopes"] = new[] { "data.read", "Data.Write" };

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.RequestTokenAsync(TestIssuer.Signed(body)), 403, "invalid_scope");
        Assert.Contains("'Data.Write'", refusal.GetProperty("error_description").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("application/json; charset=utf-16")]
    public async Task ABodyThatIsNotDeclaredAsJsonIsRefused(string? contentType)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = Encoding.UTF8.GetBytes(TestIssuer.Signed(TestIssuer.Body()));
        using var response = await Wire.PostAsync(issuer.Uri("/v1/agent-tokens"), body, contentType);

        await Wire.AssertRefusedAsync(response, 415, "invalid_request");
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    [InlineData("Application/JSON")]
    public async Task AnyWritingOfTheJsonContentTypeIsTaken(string contentType)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var body = Encoding.UTF8.GetBytes(TestIssuer.Signed(TestIssuer.Body()));
        using var response = await Wire.PostAsync(issuer.Uri("/v1/agent-tokens"), body, contentType);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("/v1/agent-tokens")]
    [InlineData("/v1/agent-tokens/verify")]
    [InlineData("/v1/agent-tokens/revoke")]
    public async Task TheEndpointsTakePostsOnly(string path)
    {
        await using var issuer = await TestIssuer.StartAsync();

        Assert.Equal(405, (int)(await issuer.GetAsync(path)).StatusCode);
    }
}
