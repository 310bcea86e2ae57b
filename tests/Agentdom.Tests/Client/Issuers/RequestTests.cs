using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>What goes over the wire.</summary>
public sealed partial class RequestTests : IDisposable
{
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task ARequestIsCanonicalJsonWithTheFieldsOfTheProtocol()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Grant);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await _agent.AcquireAsync(host.Name, Agent.RequestOf(scopes: ["b", "a"], purpose: "Größe €\n\"x\" 🚀"));

        var post = Assert.Single(host.Posts);
        Assert.Equal(("/v1/agent-tokens", "application/json"), (post.Path, post.ContentType));
        var shape = Regex.Replace(post.Body, "[0-9a-f]{64}", "SIG").Replace($"{post.Timestamp}", "TIME");
        Assert.Equal(
            """{"agent_id":"test-agent","purpose":"Größe €\n\"x\" 🚀","""
                + """ "scopes":["b","a"],"signature":"SIG","timestamp":TIME}""".TrimStart(),
            shape);
        Assert.InRange(post.Timestamp, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task TheSignatureIsTheHmacOfTheBodyWithoutIt()
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Grant);
        await _agent.AcquireAsync(host.Name);

        AssertSigned(Assert.Single(host.Posts));
    }

    [Fact]
    public async Task TheAudienceThatTheManifestNamesIsSentAndSigned()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            context => Answers.Json(200, ScriptedIssuer.ManifestOf(
                context.Request.Host.Value!, ",\"agent_token_audience\":\"orders\""))(context),
            [Answers.Grant]);
        await _agent.AcquireAsync(host.Name);

        var post = Assert.Single(host.Posts);
        Assert.Equal("orders", post.Json.Text("aud"));
        AssertSigned(post);
    }

    [Fact]
    public async Task TheIssuerAndTheAgentUnderstandEachOther()
    {
        await using var issuer = await TestIssuer.StartAsync(o => o.Audience = "orders");
        var token = await _agent.AcquireAsync(issuer.Name, Agent.RequestOf(scopes: ["data.write", "data.read"]));

        Assert.Equal(["data.write", "data.read"], token.ScopesGranted);
        Assert.Equal(TimeSpan.FromHours(1), token.ExpiresAt - token.IssuedAt);
        Assert.Equal(200, (int)(await issuer.GetDataAsync(token.AccessToken)).StatusCode);
        Assert.True((await _agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken)).IsValid);
        await _agent.RevokeAsync(token.RevokeEndpoint, token.AccessToken);
        Assert.False((await _agent.VerifyAsync(token.VerifyEndpoint, token.AccessToken)).IsValid);
    }

    [Fact]
    public async Task EveryFieldAtItsLongestIsSentWhateverItsCharacters()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var request = Agent.RequestOf(
            agentId: string.Concat(Enumerable.Repeat("🚀", 256)),
            purpose: string.Concat(Enumerable.Repeat("🚀", 1024)));

        Assert.NotEmpty((await _agent.AcquireAsync(issuer.Name, request)).AccessToken);
    }

    public static TheoryData<AtpError, string, string, string> Unsendable => new()
    {
        { AtpError.AgentIdInvalid, "", "", "data.read" },
        { AtpError.AgentIdInvalid, new string('x', 257), "", "data.read" },
        { AtpError.PurposeInvalid, "a", new string('x', 1025), "data.read" },
        { AtpError.ScopeInvalid, "a", "", "" },
        { AtpError.ScopeInvalid, "a", "", "data read" },
        { AtpError.ScopeInvalid, "a", "", new string('s', 129) },
        { AtpError.ScopeInvalid, "a", "", "\u001b[2J" },
    };

    [Theory, MemberData(nameof(Unsendable))]
    public async Task WhatTheWireDoesNotAllowIsRefusedBeforeAnybodyIsAsked(
        AtpError expected, string agentId, string purpose, string scope)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Grant);

        await Agent.FailsAsync(expected, () => _agent.AcquireAsync(host.Name, new TokenRequest(agentId, [scope], purpose)));
        Assert.Equal(0, host.ManifestHits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public async Task ARequestNames1To64Scopes(int count)
    {
        string[] scopes = [.. Enumerable.Range(0, count).Select(i => $"s{i}")];

        await Agent.FailsAsync(AtpError.ScopeInvalid, () => _agent.AcquireAsync(ClosedPort.Shared.Name, Agent.RequestOf(scopes: scopes)));
    }

    private static void AssertSigned(ScriptedIssuer.Post post) =>
        Assert.Equal(ByHand.Sign(SignatureMember().Replace(post.Body, "")), post.Signature);

    [GeneratedRegex("\"signature\":\"[0-9a-f]{64}\",")]
    private static partial Regex SignatureMember();
}
