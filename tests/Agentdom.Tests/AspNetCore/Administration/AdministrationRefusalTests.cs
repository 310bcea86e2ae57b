using System.Text;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Requests that the administration refuses: the status, the code, and that the description names every problem.</summary>
public sealed class AdministrationRefusalTests
{
    [Fact]
    public async Task EveryProblemOfANewAgentIsNamed()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();

        var types = await issuer.RefusedAsync(400, "invalid_request", "POST", "",
            """
            {"agent_id":"a/b","display_name":7,"scopes":"data.read","max_token_lifetime":"60","requests_per_minute":1.5,"disabled":true,
             "older_secret_expires_at":"2026-01-31T12:00:00"}
            """);
        Assert.Contains("'disabled' is not a member", types);
        Assert.Contains("'agent_id' must have 1 to 256 letters (a to z, A to Z), digits or -._~:@+=", types);
        Assert.Contains("'display_name' must be a string", types);
        Assert.Contains("'scopes' must be a list of strings", types);
        Assert.Contains("'max_token_lifetime' must be a number", types);
        Assert.Contains("'requests_per_minute' must be a whole number", types);
        Assert.Contains("'older_secret_expires_at' must be a time with an offset", types);

        var values = await issuer.RefusedAsync(400, "invalid_request", "POST", "",
            """
            {"agent_id":"A","display_name":"a\u202eb","scopes":["data.erase","data.read","data.read"],"max_token_lifetime":86401,
             "requests_per_minute":0,"older_secret":"short and secret","older_secret_expires_at":"2020-01-31T12:00:00Z"}
            """);
        Assert.Contains("display name has 1 to 256 printable characters", values);
        Assert.Contains("scope 'data.erase'", values);
        Assert.Contains("a scope twice", values);
        Assert.Contains("max_token_lifetime must be 1 second to 24 hours", values);
        Assert.Contains("requests_per_minute is 1 to 100,000,000, not 0", values);
        Assert.Contains("The older secret has 16 bytes", values);
        Assert.Contains("The older secret has expired", values);
        Assert.DoesNotContain("short and secret", values + issuer.Log.AllText);
        await issuer.RefusedAsync(404, "unknown_agent", "GET", "/A");
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a%")]
    [InlineData("a?b")]
    [InlineData("a\\u0000")]
    public async Task AnIdThatNoPathCanHaveIsRefused(string id)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        Assert.Contains("'agent_id' must have", await issuer.RefusedAsync(
            400, "invalid_request", "POST", "", $$"""{"agent_id":"{{id}}","scopes":["data.read"]}"""));
    }

    [Fact]
    public async Task AnIdHasAtMost256Characters()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var id = new string('a', 256);

        await issuer.RegisterAsync(id);
        Assert.Equal(id, (await issuer.CallAsync("GET", "/" + id)).Text("agent_id"));
        await issuer.RefusedAsync(400, "invalid_request", "POST", "", $$"""{"agent_id":"{{id}}a","scopes":["data.read"]}""");
    }

    [Theory]
    [InlineData("", "'scopes' must be a list of strings")]
    [InlineData("{}", "'scopes' must be a list of strings")]
    [InlineData("""{"agent_id":"A","scopes":[]}""", "It has no scope.")]
    [InlineData("""{"agent_id":"A","scopes":["data.read",null]}""", "'scopes' must be a list of strings")]
    [InlineData("""{"agent_id":"A","agent_id":"B","scopes":["data.read"]}""", "same member twice")]
    [InlineData("""{"agent_id":"A","scopes":["data.read"],"max_token_lifetime":9000000000000000}""", "max_token_lifetime must be")]
    [InlineData("""{"agent_id":"A","scopes":["data.read"],"max_token_lifetime":1.5}""", "'max_token_lifetime' must be a whole number")]
    [InlineData("""{"agent_id":"A","scopes":["data.read"],"requests_per_minute":-9000000000000000}""", "requests_per_minute is 1 to")]
    [InlineData("""{"agent_id":"A","scopes":["data.read"],"display_name":""}""", "display name")]
    [InlineData("""{"agent_id":"A","scopes":["data.read"],"older_secret_expires_at":"2126-01-31T12:00:00Z"}""", "needs 'older_secret'")]
    [InlineData("""["A"]""", "A JSON object was expected")]
    [InlineData("""{"agent_id":"A",}""", "not valid JSON")]
    public async Task AnAgentThatCannotBeReadIsNotRegistered(string body, string problem)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();

        Assert.Contains(problem, await issuer.RefusedAsync(400, "invalid_request", "POST", "", body.Length == 0 ? null : body));
        await issuer.RefusedAsync(404, "unknown_agent", "GET", "/A");
    }

    [Theory]
    [InlineData("PATCH", "/A", "{}", "nothing to change")]
    [InlineData("PATCH", "/A", """{"scopes":null}""", "'scopes' must be a list of strings")]
    [InlineData("PATCH", "/A", """{"scopes":["data.erase"]}""", "'data.erase'")]
    [InlineData("PATCH", "/A", """{"agent_id":"B"}""", "'agent_id' is not a member")]
    [InlineData("PATCH", "/A", """{"disabled":true}""", "'disabled' is not a member")]
    [InlineData("POST", "/A/rotate-secret", """{"overlap_seconds":-1}""", "The overlap is 0 seconds to 366 days")]
    [InlineData("POST", "/A/rotate-secret", """{"overlap_seconds":31622401}""", "The overlap is 0 seconds to 366 days")]
    [InlineData("POST", "/A/rotate-secret", """{"overlap":1}""", "'overlap' is not a member of this request, which has 'overlap_seconds'")]
    [InlineData("POST", "/A/void-tokens", """{"from":"2026-01-31T12:00:00"}""", "'from' must be a time with an offset")]
    [InlineData("POST", "/A/void-tokens", """{"from":1795464527000}""", "'from' must be a string")]
    [InlineData("POST", "/A/void-tokens", """{"from":"2126-01-31T12:00:00Z"}""", "is in the future")]
    [InlineData("POST", "/A/disable", """{"disabled":false}""", "'disabled' is not a member of this request, which has none")]
    [InlineData("POST", "/A/enable", "[]", "A JSON object was expected")]
    [InlineData("DELETE", "/A", """{"force":true}""", "'force' is not a member")]
    public async Task AWrongChangeChangesNothing(string method, string path, string body, string problem)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        var before = CanonicalJson.FromValue(await issuer.CallAsync("GET", "/A"));

        Assert.Contains(problem, await issuer.RefusedAsync(400, "invalid_request", method, path, body));
        Assert.Equal(before, CanonicalJson.FromValue(await issuer.CallAsync("GET", "/A")));
    }

    [Fact]
    public async Task AnIdIsTakenOnce()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        var secret = await issuer.RegisterAsync("A");

        await issuer.RefusedAsync(409, "agent_exists", "POST", "", """{"agent_id":"A","scopes":["data.write"]}""");
        Assert.Equal(200, await issuer.RequestAsync("A", secret));
        // Ids are compared ordinally.
        await issuer.RegisterAsync("a");
    }

    [Fact]
    public async Task AnAgentOfTheConfigurationIsNotRegisteredAgain()
    {
        const string Secret = "the secret in the options, more than 32 bytes";
        await using var issuer = await AdministeredIssuer.StartAsync(
            static o => o.Agents.Add(new RegisteredAgent { AgentId = "A", Secrets = [Secret], Scopes = ["data.read"] }));

        Assert.Contains("configuration", await issuer.RefusedAsync(
            409, "agent_exists", "POST", "", """{"agent_id":"A","scopes":["data.read"]}"""));
        Assert.Equal(200, await issuer.RequestAsync("A", Secret));
    }

    [Theory]
    [InlineData("PATCH", "/A", """{"scopes":["data.write"]}""")]
    [InlineData("POST", "/A/rotate-secret", "{}")]
    [InlineData("POST", "/A/disable", "{}")]
    [InlineData("POST", "/A/enable", "{}")]
    [InlineData("POST", "/A/void-tokens", "{}")]
    [InlineData("DELETE", "/A", null)]
    public async Task AnAgentThatTheConfigurationListsIsChangedOnlyThere(string method, string path, string? body)
    {
        const string Secret = "the secret in the options, more than 32 bytes";
        var settings = new ReloadableSettings();
        await using var issuer = await AdministeredIssuer.StartAsync(
            services: s => s.AddAgentTokenIssuer(settings.Section("AgentTokens")));
        // The database has it too.
        await issuer.RegisterAsync("A");
        settings.Change(
            ("AgentTokens:Agents:0:AgentId", "A"), ("AgentTokens:Agents:0:Secrets:0", Secret),
            ("AgentTokens:Agents:0:Scopes:0", "data.read"));
        var before = CanonicalJson.FromValue(await issuer.CallAsync("GET", "/A"));

        Assert.Contains("configuration (Agents)", await issuer.RefusedAsync(409, "agent_in_configuration", method, path, body));

        Assert.Equal(before, CanonicalJson.FromValue(await issuer.CallAsync("GET", "/A")));
        Assert.Equal(200, await issuer.RequestAsync("A", Secret));
        var refusal = issuer.Log.Audit.Single(static e => e.Id == 1008);
        Assert.Equal(("A", "agent_in_configuration"), (refusal.Values["AgentId"], refusal.Values["Outcome"]));
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => issuer.Store.SetDisabledAsync("A", true));
    }

    [Fact]
    public async Task AFifthSecretHasToWait()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        for (var i = 0; i < 3; i++) await issuer.CallAsync("POST", "/A/rotate-secret");

        Assert.Contains("'overlap_seconds' of 0", await issuer.RefusedAsync(409, "too_many_secrets", "POST", "/A/rotate-secret"));
        await issuer.CallAsync("POST", "/A/rotate-secret", """{"overlap_seconds":0}""");
    }

    [Theory]
    [InlineData("GET", "/nobody", null)]
    [InlineData("PATCH", "/nobody", """{"display_name":"N"}""")]
    [InlineData("POST", "/nobody/rotate-secret", null)]
    [InlineData("POST", "/nobody/disable", null)]
    [InlineData("POST", "/nobody/enable", null)]
    [InlineData("POST", "/nobody/void-tokens", null)]
    [InlineData("DELETE", "/nobody", null)]
    [InlineData("GET", "/a%01b", null)]
    [InlineData("POST", "/a%01b/disable", null)]
    [InlineData("GET", "/a%2Fb", null)]
    public async Task AnUnknownAgentIs404(string method, string path, string? body)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RefusedAsync(404, "unknown_agent", method, path, body);
    }

    [Fact]
    public async Task ABodyIsJsonOfAtMost16KiB()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        var large = $$"""{"display_name":"{{new string('a', 16 * 1024)}}"}""";

        await issuer.RefusedAsync(413, "invalid_request", "PATCH", "/A", large);
        await RefusedAsync(413, "application/json", large, chunked: true);
        await RefusedAsync(415, "text/plain", "{}");
        await RefusedAsync(415, "application/x-www-form-urlencoded", "display_name=A");
        await RefusedAsync(415, "text/plain", "");

        async Task RefusedAsync(int status, string type, string body, bool chunked = false)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, issuer.Issuer.Uri("/agents/A"));
            request.Headers.Add(Operators.Header, Operators.Name);
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            if (chunked) request.Headers.TransferEncodingChunked = true;
            using var answer = await Wire.Http.SendAsync(request);
            await Wire.AssertRefusedAsync(answer, status, "invalid_request");
        }
    }

    [Theory]
    [InlineData("POST", "")]
    [InlineData("POST", "/A/rotate-secret")]
    [InlineData("POST", "/A/disable")]
    [InlineData("POST", "/A/enable")]
    [InlineData("POST", "/A/void-tokens")]
    public async Task WhatAPageOfAnotherSiteCanSendIsRefused(string method, string path)
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");
        var before = CanonicalJson.FromValue(await issuer.CallAsync("GET", "/A"));

        // No content type, and those of forms, for which browsers do not ask the server first.
        foreach (var type in new[] { null, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), issuer.Issuer.Uri("/agents" + path));
            request.Headers.Add(Operators.Header, Operators.Name);
            if (type is not null)
            {
                request.Content = new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
            using var answer = await Wire.Http.SendAsync(request);
            await Wire.AssertRefusedAsync(answer, 415, "invalid_request");
        }

        Assert.Equal(before, CanonicalJson.FromValue(await issuer.CallAsync("GET", "/A")));
        Assert.Equal(4, issuer.Log.Audit.Count(static e => e.Id == 1008));
    }

    [Fact]
    public async Task WithoutTheDatabaseTheAnswerIs503AndItRecovers()
    {
        await using var issuer = await AdministeredIssuer.StartAsync();
        await issuer.RegisterAsync("A");

        await issuer.WithoutTablesAsync(async () =>
        {
            await issuer.RefusedAsync(503, "temporarily_unavailable", "GET", "");
            await issuer.RefusedAsync(503, "temporarily_unavailable", "GET", "/A");
            await issuer.RefusedAsync(503, "temporarily_unavailable", "POST", "", """{"agent_id":"B","scopes":["data.read"]}""");
            await issuer.RefusedAsync(503, "temporarily_unavailable", "POST", "/A/disable");
            // An answer that needs no database does not end the outage.
            await issuer.RefusedAsync(404, "unknown_agent", "GET", "/%01");
            await issuer.RefusedAsync(404, "unknown_agent", "POST", "/%01/disable");
            await issuer.RefusedAsync(503, "temporarily_unavailable", "GET", "/A");
        });

        Assert.False((await issuer.CallAsync("GET", "/A")).Flag("disabled"));
        // One error with the reason for all of them, and one event when it is over.
        Assert.Equal([2003, 2004], issuer.Log.Of("Agentdom.AspNetCore.GuardedAgentStore").Select(static e => e.Id));
    }
}
