using System.Diagnostics.Metrics;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Every call to the endpoints for managed tokens is audited and counted.</summary>
public sealed class ManagedAuditTests
{
    [Fact]
    public async Task EveryCallIsOneEvent()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var issued = await issuer.Tokens.IssueAsync("""{"scopes":["data.read"],"agent_id":"agentdom\n\u202Eruntime"}""");
        var rotated = await issuer.Tokens.RotateAsync(issued.Id);
        await issuer.Tokens.ListAsync();
        await issuer.Tokens.RevokeAsync(issued.Id);
        await issuer.Tokens.RevokeAsync(issued.Id);

        Assert.Equal([1011, 1011, 1013, 1012, 1012], issuer.Log.Audit.Select(static e => e.Id));
        Assert.DoesNotContain("(null)", issuer.Log.AllText);
        Assert.Equal(issued.Id, issuer.Log.Audit[4].Values["ManagedId"]);
        Assert.All(issuer.Log.Audit, static entry =>
        {
            Assert.Equal(LogLevel.Information, entry.Level);
            Assert.Equal(("A", "127.0.0.1"), (entry.Values["AgentId"], entry.Values["Address"]));
        });
        var (first, second) = (issuer.Log.Audit[0].Values, issuer.Log.Audit[1].Values);
        Assert.Equal(("managed_issue", "managed_rotate"), (first["Operation"], second["Operation"]));
        Assert.Equal(("agentdom  runtime", "data.read"), (first["Label"], first["Scopes"]));
        Assert.Equal((issued.Id, issued.Id), (first["ManagedId"], second["ManagedId"]));
        Assert.Equal(
            (Jti(issued.Token), Jti(rotated.Token), Jti(rotated.Token)),
            (first["TokenId"], second["TokenId"], issuer.Log.Audit[3].Values["TokenId"]));
        Assert.Equal(
            ["revoked", "nothing_to_revoke"], issuer.Log.Audit.Skip(3).Select(static e => e.Values["Outcome"]));
    }

    [Fact]
    public async Task ARefusalNamesTheAgentOnceItsKeyIsProved()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        await issuer.As(ManagedIssuer.KeyOfB).SendAsync("POST", body: """{"scopes":["data.write"]}""");
        await issuer.As(ManagedIssuer.KeyOfB).SendAsync("POST", body: "garbage");
        await issuer.As(ManagedIssuer.KeyOfB).SendAsync("POST", "/unknown/rotate");
        await issuer.As(AgentApiKey.Generate()).SendAsync("POST", body: """{"agent_id":"somebody"}""");

        Assert.All(issuer.Log.Audit, static entry => Assert.Equal((1002, LogLevel.Warning), (entry.Id, entry.Level)));
        Assert.Equal(
            [
                ("managed_issue", "B", "data.write", "invalid_scope"), ("managed_issue", "B", null, "invalid_request"),
                ("managed_rotate", "B", null, "unknown_token"), ("managed_issue", null, null, "invalid_api_key"),
            ],
            issuer.Log.Audit.Select(static e => (
                e.Values["Operation"] as string, e.Values.GetValueOrDefault("AgentId") as string,
                e.Values.GetValueOrDefault("Scopes") as string, e.Values["Outcome"] as string)));
        Assert.DoesNotContain("(null)", issuer.Log.AllText);
        Assert.DoesNotContain("somebody", issuer.Log.AllText);
    }

    [Fact]
    public async Task NoKeyNoHashAndNoTokenIsInTheLog()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var (wrong, issued) = (AgentApiKey.Generate(), await issuer.Tokens.IssueAsync());
        var rotated = await issuer.Tokens.RotateAsync(issued.Id);
        await issuer.As(wrong).SendAsync("GET");
        await issuer.Tokens.RevokeAsync(issued.Id);

        string[] confidential =
            [ManagedIssuer.KeyOfA, AgentApiKey.HashOf(ManagedIssuer.KeyOfA), wrong, AgentApiKey.HashOf(wrong), issued.Token, rotated.Token];
        Assert.All(confidential, text => Assert.DoesNotContain(text, issuer.Log.AllText));
    }

    [Fact]
    public async Task WhatIsSentAsAnIdByMistakeIsCut()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        await issuer.Tokens.RevokeAsync(ManagedIssuer.KeyOfA);
        await issuer.Tokens.RevokeAsync("a%0aline");
        await issuer.Tokens.RevokeAsync("00000000000000000000000000000000");

        Assert.Equal(
            [ManagedIssuer.KeyOfA[..8] + "…", "a line", "00000000000000000000000000000000"],
            issuer.Log.Audit.Select(static e => e.Values["ManagedId"]));
    }

    [Fact]
    public async Task WrongKeysCannotFillTheLog()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        for (var i = 0; i < 100; i++) await issuer.As("atpk_wrong").SendAsync("GET");
        Assert.Equal(60, issuer.Log.Audit.Count);
    }

    [Fact]
    public async Task AnAgentsCallsLeaveStrangersTheirEvents()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        for (var i = 0; i < 70; i++)
        {
            await issuer.Tokens.ListAsync();
            await issuer.Tokens.RevokeAsync("unknown");
        }
        for (var i = 0; i < 100; i++) await issuer.As("atpk_wrong").SendAsync("GET");

        Assert.Equal(
            [(1002, 60), (1012, 70), (1013, 70)],
            issuer.Log.Audit.CountBy(static e => e.Id).OrderBy(static e => e.Key).Select(static e => (e.Key, e.Value)));
    }

    [Fact]
    public async Task EveryCallIsCounted()
    {
        await using var issuer = await ManagedIssuer.StartAsync();
        var counted = new Dictionary<(string, string), long>();
        var factory = issuer.Issuer.Service<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, all) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Name == "agentdom.issuer.decisions")
                    all.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => (string)tag.Value!);
            var key = (all["operation"], all["outcome"]);
            lock (counted) counted[key] = counted.GetValueOrDefault(key) + count;
        });
        listener.Start();

        var issued = await issuer.Tokens.IssueAsync();
        await issuer.Tokens.RotateAsync(issued.Id);
        await issuer.Tokens.ListAsync();
        await issuer.Tokens.RevokeAsync(issued.Id);
        await issuer.As(null).SendAsync("GET");

        Assert.Equal(
            [
                ("managed_issue", "issued"), ("managed_list", "invalid_api_key"), ("managed_list", "listed"), ("managed_revoke", "revoked"),
                ("managed_rotate", "rotated"),
            ],
            counted.Keys.Order());
        Assert.All(counted.Values, static count => Assert.Equal(1, count));
    }

    private static string? Jti(string token) => Wire.Claims(token).GetProperty("jti").GetString();
}
