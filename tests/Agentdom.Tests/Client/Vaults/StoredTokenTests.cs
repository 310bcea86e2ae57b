namespace Agentdom.Tests.Client;

public sealed class StoredTokenTests
{
    private static readonly StoredToken s_token = new()
    {
        Host = "api.example.com:8443",
        AccessToken = "eyJ.hunter2.sig",
        TokenType = "Bearer",
        IssuedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_795_464_527_123),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(1_795_468_127_456),
        ScopesRequested = ["data.read", "data.write"],
        ScopesGranted = ["data.read"],
        AgentId = "test-agent",
        Purpose = "Größe \"😀\"\n",
        TokenEndpoint = new Uri("https://api.example.com:8443/v1/agent-tokens?tenant=a%20b"),
        VerifyEndpoint = new Uri("https://api.example.com/v1/agent-tokens/verify"),
        RevokeEndpoint = new Uri("https://tokens.example.net/revoke"),
        IsEndpointGiven = true,
        TrustedEndpointHosts = ["tokens.example.net"],
        Earlier =
        [
            new EarlierToken
            {
                AccessToken = "eyJ.hunter1.sig",
                ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(1_795_468_000_789),
                RevokeEndpoint = new Uri("https://tokens.example.net/revoke"),
            },
        ],
    };

    [Fact]
    public void WhatIsKeptIsReadBackWhole()
    {
        var read = StoredToken.FromJson(s_token.ToJson());

        Assert.Equal(s_token.ScopesRequested, read.ScopesRequested);
        Assert.Equal(s_token.ScopesGranted, read.ScopesGranted);
        Assert.Equal(s_token.TrustedEndpointHosts, read.TrustedEndpointHosts);
        Assert.Equal(s_token, read with
        {
            ScopesRequested = s_token.ScopesRequested,
            ScopesGranted = s_token.ScopesGranted,
            TrustedEndpointHosts = s_token.TrustedEndpointHosts,
            Earlier = s_token.Earlier,
        });
        Assert.Equal(s_token.Earlier, read.Earlier);
    }

    [Fact]
    public void TheDefaultsSurviveToo()
    {
        var read = StoredToken.FromJson((s_token with { IsEndpointGiven = false, TrustedEndpointHosts = [], Earlier = [] }).ToJson());

        Assert.False(read.IsEndpointGiven);
        Assert.Empty(read.TrustedEndpointHosts);
        Assert.Empty(read.Earlier);
    }

    [Theory]
    [InlineData("api.example.com")]
    [InlineData("api.example.com:8443")]
    [InlineData("localhost:5001")]
    [InlineData("https://localhost:5001")]
    [InlineData("[::1]:5001")]
    [InlineData("https://[2001:db8::1]:8443")]
    [InlineData("bücher.example")]
    [InlineData("my_service")]
    public void NamesAreLettersDigitsAndDashes(string host)
    {
        var name = NameFor(AtpHost.Parse(host).Name, "data.read", "https://x/y?z");

        Assert.Matches("^agentdom-[A-Za-z0-9-]*[A-Za-z0-9]-[0-9a-f]{12}$", name);
    }

    [Fact]
    public void NamesOfLongHostsAre102CharactersAtMost()
    {
        var label = new string('a', 60);
        var host = $"{label}.{label}.{label}.example:8443";

        Assert.Equal(102, NameFor(host, "data.read").Length);
        Assert.NotEqual(NameFor(host, "data.read"), NameFor(host + "1", "data.read"));
    }

    [Fact]
    public void TheNameTellsTheHost() =>
        Assert.StartsWith("agentdom-api-example-com-8443-", s_token.EntryName, StringComparison.Ordinal);

    [Fact]
    public void TheOrderOfScopesDoesNotMatter()
    {
        Assert.Equal(NameFor("h", "a", "b"), NameFor("h", "b", "a"));
        Assert.Equal(s_token.EntryName, NameFor("api.example.com:8443", "data.write", "data.read"));
        Assert.True(s_token.IsFor(["data.write", "data.read"]));
    }

    [Fact]
    public void OtherScopesAreAnotherEntry()
    {
        Assert.NotEqual(NameFor("h", "a", "b"), NameFor("h", "a"));
        Assert.NotEqual(NameFor("h", "a"), NameFor("h", "A"));
        Assert.False(s_token.IsFor(["data.read"]));
        Assert.False(s_token.IsFor(["data.read", "data.write", "data.delete"]));
    }

    [Fact]
    public void AnotherAgentIsAnotherEntry()
    {
        Assert.NotEqual(s_token.EntryName, (s_token with { AgentId = "other-agent" }).EntryName);
        Assert.Equal(s_token.FormerEntryName, (s_token with { AgentId = "other-agent" }).FormerEntryName);
    }

    [Fact]
    public void ANewTokenRemembersThoseThatItReplacedUntilTheyExpire()
    {
        var now = s_token.IssuedAt;
        var earlier = s_token.Earlier[0];
        var renewed = s_token with { AccessToken = "eyJ.hunter3.sig", ExpiresAt = s_token.ExpiresAt.AddHours(1), Earlier = [] };

        var both = renewed.Replacing(s_token, now, out var dropped);
        Assert.Equal(["eyJ.hunter2.sig", "eyJ.hunter1.sig"], both.Earlier.Select(static e => e.AccessToken));
        Assert.Empty(dropped);
        Assert.Equal(["eyJ.hunter3.sig", "eyJ.hunter2.sig", "eyJ.hunter1.sig"], both.WithEarlier(now).Select(static e => e.AccessToken));

        Assert.Equal("eyJ.hunter2.sig", Assert.Single(renewed.Replacing(s_token, earlier.ExpiresAt, out _).Earlier).AccessToken);
        Assert.Empty(renewed.Replacing(s_token, s_token.ExpiresAt, out _).Earlier);
        Assert.Equal("eyJ.hunter3.sig", Assert.Single(both.WithEarlier(s_token.ExpiresAt)).AccessToken);
    }

    [Fact]
    public void ATokenThatIsGrantedAgainIsNotItsOwnPredecessor() =>
        Assert.Equal(s_token.Earlier, (s_token with { Earlier = [] }).Replacing(s_token, s_token.IssuedAt, out _).Earlier);

    [Theory]
    [InlineData(20, StoredToken.MaxEarlier)]
    [InlineData(4_000, 2)]
    [InlineData(12_000, 0)]
    public void AnEntryHasRoomForAFewEarlierTokensAndDropsTheOldest(int length, int expected)
    {
        var token = s_token with { AccessToken = Token(0), Earlier = [] };
        var dropped = new List<string>();
        for (var i = 1; i <= 6; i++)
        {
            token = (token with { AccessToken = Token(i) }).Replacing(token, s_token.IssuedAt, out var without);
            dropped.AddRange(without.Select(static e => e.AccessToken));
            Assert.InRange(VaultText.Encode(token.ToJson()).Length, 1, 20 * 1024);
        }

        Assert.Equal(Enumerable.Range(6 - expected, expected).Reverse().Select(Token), token.Earlier.Select(static e => e.AccessToken));
        Assert.Equal(Enumerable.Range(0, 6 - expected).Select(Token), dropped);

        string Token(int number) => $"{number}{new string('x', length)}";
    }

    [Theory]
    [InlineData("a-b.example", "a.b.example")]
    [InlineData("localhost:5001", "https://localhost:5001")]
    [InlineData("api.example.com", "api.example.com:8443")]
    [InlineData("my_service", "my-service")]
    public void HostsThatReadAlikeAreDifferentEntries(string one, string other) =>
        Assert.NotEqual(NameFor(one, "a"), NameFor(other, "a"));

    [Fact]
    public void ATokenIsValidUntilItExpires()
    {
        Assert.True(s_token.IsValidAt(s_token.ExpiresAt.AddMilliseconds(-1)));
        Assert.False(s_token.IsValidAt(s_token.ExpiresAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("eyJ.hunter2.sig")]
    [InlineData("""{"v":1}""")]
    public void GarbageIsRefused(string text) => Assert.Throws<JsonFormatException>(() => StoredToken.FromJson(text));

    [Theory]
    [InlineData("v", 2)]
    [InlineData("v", 0)]
    [InlineData("v", "1")]
    [InlineData("host", 1)]
    [InlineData("access_token", null)]
    [InlineData("issued_at", "2026-11-23T20:00:00Z")]
    [InlineData("expires_at", -1)]
    [InlineData("expires_at", 0.5)]
    [InlineData("expires_at", 253_402_300_800_000)]
    [InlineData("scopes_requested", "data.read")]
    [InlineData("scopes_granted", 1)]
    [InlineData("endpoint", "not an address")]
    [InlineData("verify_endpoint", "")]
    [InlineData("revoke_endpoint", false)]
    [InlineData("endpoint_given", "yes")]
    [InlineData("trusted_hosts", "tokens.example.net")]
    [InlineData("earlier", "eyJ.hunter1.sig")]
    [InlineData("earlier", new[] { "eyJ.hunter1.sig" })]
    public void AnUnknownVersionOrAWrongMemberIsRefused(string name, object? value)
    {
        var members = Members();
        members[name] = value;

        Assert.Throws<JsonFormatException>(() => StoredToken.FromJson(CanonicalJson.FromValue(members)));
    }

    [Theory]
    [InlineData("v")]
    [InlineData("host")]
    [InlineData("access_token")]
    [InlineData("token_type")]
    [InlineData("issued_at")]
    [InlineData("expires_at")]
    [InlineData("agent_id")]
    [InlineData("purpose")]
    [InlineData("endpoint")]
    [InlineData("verify_endpoint")]
    [InlineData("revoke_endpoint")]
    public void AMissingMemberIsRefused(string name)
    {
        var members = Members();
        Assert.True(members.Remove(name));

        Assert.Throws<JsonFormatException>(() => StoredToken.FromJson(CanonicalJson.FromValue(members)));
    }

    [Fact]
    public void ItsTextFormShowsTheHostAndNotTheToken()
    {
        Assert.Contains("api.example.com:8443", s_token.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", s_token.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", s_token.EntryName, StringComparison.Ordinal);
    }

    private static string NameFor(string host, params string[] scopes) =>
        (s_token with { Host = host, ScopesRequested = scopes }).EntryName;

    private static Dictionary<string, object?> Members() => StrictJson.ParseObject(s_token.ToJson()).ToDictionary();
}
