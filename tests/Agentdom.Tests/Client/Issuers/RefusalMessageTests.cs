using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>The error messages for an issuer's refusals.</summary>
public sealed class RefusalMessageTests : IDisposable
{
    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData(400, "invalid_request", AtpError.RequestRefused)]
    [InlineData(401, "invalid_signature", AtpError.SignatureRefused)]
    [InlineData(401, "replayed_request", AtpError.RequestReplayed)]
    [InlineData(403, "invalid_scope", AtpError.ScopeDenied)]
    [InlineData(413, "invalid_request", AtpError.RequestRefused)]
    [InlineData(415, "invalid_request", AtpError.RequestRefused)]
    [InlineData(429, "rate_limited", AtpError.RateLimited)]
    [InlineData(503, "temporarily_unavailable", AtpError.IssuerUnavailable)]
    [InlineData(500, "something_new", AtpError.IssuerFailed)]
    public async Task EachCodeHasAnErrorOfItsOwn(int status, string code, AtpError expected)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Error(status, code));
        var error = await Agent.FailsAsync(expected, () => _agent.AskAsync(host.Endpoint));

        Assert.Contains("Said the issuer", error.Message);
        Assert.Contains($"{host.Name} {(status < 500 ? "refused" : "answered")} with status {status}", error.Message);
    }

    // A firewall or a login page on the way says nothing about the signature or the scopes.
    [Theory]
    [InlineData(200, AtpError.IssuerFailed)]
    [InlineData(400, AtpError.IssuerFailed)]
    [InlineData(401, AtpError.IssuerFailed)]
    [InlineData(403, AtpError.IssuerFailed)]
    [InlineData(407, AtpError.IssuerFailed)]
    [InlineData(413, AtpError.IssuerFailed)]
    [InlineData(500, AtpError.IssuerFailed)]
    [InlineData(429, AtpError.RateLimited)]
    [InlineData(502, AtpError.IssuerUnavailable)]
    [InlineData(504, AtpError.IssuerUnavailable)]
    public async Task AWebPageIsNotTheIssuersAnswer(int status, AtpError expected)
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Text(status, "text/html; charset=utf-8", "\ufeff\n<h1>Access denied</h1>"));
        foreach (var ask in new Func<Task>[]
        {
            () => _agent.AskAsync(host.Endpoint), () => _agent.VerifyAsync(host.Endpoint), () => _agent.RevokeAsync(host.Endpoint),
        })
        {
            var error = await Agent.FailsAsync(expected, ask);

            Assert.DoesNotContain("<h1>", error.Message);
            Assert.Contains($"{status}", error.Message);
            if (expected == AtpError.IssuerFailed) Assert.Contains("answers with a web page", error.Message);
        }
    }

    [Theory]
    [InlineData("application/xml", "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "")]
    [InlineData("text/plain", "error code: 1020", ": error code: 1020")]
    [InlineData("application/json", """{"error":"Forbidden","status":403}""", ": Forbidden")]
    [InlineData("application/json", """{"message":"Forbidden"}""", "")]
    [InlineData("application/json", """{"error":null}""", "")]
    [InlineData("application/json", "", "")]
    [InlineData("application/problem+json", """{"title":"Forbidden","detail":"This address is blocked."}""", ": This address is blocked")]
    [InlineData("application/problem+json", """{"title":"Forbidden","detail":null,"status":403}""", ": Forbidden")]
    public async Task AnythingElseThatIsNotTheIssuersErrorSaysNothingOfScopesEither(string type, string body, string shown)
    {
        foreach (var status in new[] { 400, 401, 403 })
        {
            await using var host = await ScriptedIssuer.StartAsync(Answers.Text(status, type, body));
            var error = await Agent.FailsAsync(AtpError.IssuerFailed, () => _agent.AskAsync(host.Endpoint));

            Assert.EndsWith($"{host.Name} was answered by Kestrel with status {status}{shown}.", error.Happened);
            Assert.DoesNotContain("web page", error.Message);
        }
    }

    [Theory]
    [InlineData(401, AtpError.SignatureRefused)]
    [InlineData(403, AtpError.ScopeDenied)]
    public async Task AnUnknownCodeWithADescriptionIsAnIssuersErrorByItsStatus(int status, AtpError expected)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Error(status, "something_new"));

        await Agent.FailsAsync(expected, () => _agent.AskAsync(host.Endpoint));
    }

    [Fact]
    public async Task TheIssuersOwnRefusalsArriveWithTheirReasons()
    {
        await using var issuer = await TestIssuer.StartAsync(
            o => o.Secrets.Add("another secret of more than 32 bytes"));
        var signature = await Agent.FailsAsync(AtpError.SignatureRefused, () => _agent.AcquireAsync(issuer.Name));
        Assert.Contains("If the provider registers agents, it must know this one: test-agent.", signature.Advice);

        await using var other = await TestIssuer.StartAsync();
        var error = await Agent.FailsAsync(AtpError.ScopeDenied,
            () => _agent.AcquireAsync(other.Name, Agent.RequestOf(scopes: ["data.erase"])));
        Assert.Contains("data.erase", error.Message);
    }

    [Fact]
    public async Task TheOlderEnvelopeIsRead()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(403, """{"ok":false,"error":"Agent is blocked","hint":"Write to ops","retry_after":null}"""));
        var error = await Agent.FailsAsync(AtpError.ScopeDenied, () => _agent.AskAsync(host.Endpoint));

        Assert.Contains("Agent is blocked", error.Message);
        Assert.Contains("Write to ops", error.Message);
    }

    [Fact]
    public async Task TheOlderEnvelopesWaitIsInMilliseconds()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Json(429, """{"ok":false,"error":"Too many","hint":"Wait","retry_after":600000}"""));
        var error = await Agent.FailsAsync(AtpError.RateLimited, () => _agent.AskAsync(host.Endpoint));

        Assert.Equal(TimeSpan.FromMinutes(10), error.RetryAfter);
    }

    [Fact]
    public async Task PlainTextIsShown()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            Answers.Text(500, "text/plain", "The database is on fire."));
        var error = await Agent.FailsAsync(AtpError.IssuerFailed, () => _agent.AskAsync(host.Endpoint));

        Assert.Contains("The database is on fire", error.Message);
    }

    [Theory]
    [InlineData("""{"error":"invalid_scope","error_description":"a\u001b[2J\u0007\r\nFAKE LINE\u009b1m\u0000z"}""", AtpError.ScopeDenied)]
    [InlineData("""{"ok":false,"error":"a\u001b]0;title\u0007","hint":"\r\nFAKE LINE\u009b1mz"}""", AtpError.ScopeDenied)]
    [InlineData("a\u001b[2J\u0007\r\nFAKE LINE\u009b1mz", AtpError.IssuerFailed)]
    public async Task AHostileMessageReachesNoTerminalAsItIs(string body, AtpError expected)
    {
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(403, body));
        // FailsAsync checks for control characters.
        var error = await Agent.FailsAsync(expected, () => _agent.AskAsync(host.Endpoint));

        Assert.Contains("FAKE LINE", error.Message);
    }

    [Fact]
    public async Task ALongMessageIsCut()
    {
        var text = new string('x', 60_000);
        await using var host = await ScriptedIssuer.StartAsync(Answers.Text(500, "text/plain", text));
        var error = await Agent.FailsAsync(AtpError.IssuerFailed, () => _agent.AskAsync(host.Endpoint));

        Assert.InRange(error.Message.Length, 300, 600);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    public async Task ATokenThatACarelessIssuerRepeatsIsNotShown(string filler)
    {
        var before = string.Concat(Enumerable.Repeat(filler, 280));
        await using var host = await ScriptedIssuer.StartAsync(Answers.Json(400,
            $$"""{"error":"invalid_request","error_description":"{{before}}Bad: {{ScriptedIssuer.Token}}"}"""));

        // The message is cut after 300 characters, and it must not contain part of a token either.
        var start = ScriptedIssuer.Token[..8];
        var verify = await Agent.FailsAsync(AtpError.RequestRefused, () => _agent.VerifyAsync(host.Endpoint));
        Assert.DoesNotContain(start, verify.Message);
        var revoke = await Agent.FailsAsync(AtpError.RequestRefused, () => _agent.RevokeAsync(host.Endpoint));
        Assert.DoesNotContain(start, revoke.Message);
    }
}
