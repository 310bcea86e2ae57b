using Agentdom.AspNetCore;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCore;

/// <summary>When the metadata and the keys of an issuer in another app are read, and for how long they are used.</summary>
public sealed class RemoteKeysTests
{
    private const int Day = 24 * 3600;

    private readonly TwoClocks _time = new();

    [Fact]
    public async Task AnUnknownKeyIsAskedForOnceInFiveMinutes()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, time: _time);
        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        var before = issuer.AskedFor(WatchedIssuer.Metadata);

        for (var i = 0; i < 5; i++) Assert.Equal(401, await api.StatusAsync(Stranger()));
        Assert.Equal(before + 1, issuer.AskedFor(WatchedIssuer.Metadata));

        _time.Pass(299);
        Assert.Equal(401, await api.StatusAsync(Stranger()));
        Assert.Equal(before + 1, issuer.AskedFor(WatchedIssuer.Metadata));

        _time.Pass(1);
        for (var i = 0; i < 5; i++) Assert.Equal(401, await api.StatusAsync(Stranger()));
        Assert.Equal(before + 2, issuer.AskedFor(WatchedIssuer.Metadata));

        string Stranger() => KeyPair.Ec().Token(issuer.Name, _time.GetUtcNow().ToUnixTimeSeconds() + 60);
    }

    [Fact]
    public async Task ATokenOfANewKeyIsAcceptedAtOnce()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name);
        var before = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(before));

        issuer.Rotate(keepsOld: true);

        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        Assert.Equal(200, await api.StatusAsync(before));
    }

    [Fact]
    public async Task ATokenOfANewKeyIsNotCalledInvalidBecauseTheKeysCannotBeRead()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, time: _time);
        var before = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(before));
        issuer.Rotate(keepsOld: true);
        var token = await issuer.Agents.TokenAsync();

        issuer.MetadataStatus = 503;
        for (var i = 0; i < 5; i++) Assert.Equal(503, await api.StatusAsync(token));
        // Once with the first token, and once for the new key.
        Assert.Equal(2, issuer.AskedFor(WatchedIssuer.Metadata));
        Assert.Equal(200, await api.StatusAsync(before));

        issuer.MetadataStatus = null;
        _time.Pass(5);
        Assert.Equal(200, await api.StatusAsync(token));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(500)]
    [InlineData(429)]
    public async Task AFailureIsKeptForFiveSeconds(int status)
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature, _time);
        var token = await issuer.Agents.TokenAsync();
        // Whoever knows the issuer's name can send such tokens.
        var unsigned = KeyPair.Ec().Token(issuer.Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60);
        issuer.MetadataStatus = status;

        for (var i = 0; i < 5; i++) Assert.Equal(503, await api.StatusAsync(unsigned));
        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Metadata));
        _time.Pass(4);
        Assert.Equal(503, await api.StatusAsync(token));
        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Metadata));

        issuer.MetadataStatus = null;
        _time.Pass(1);
        Assert.Equal(200, await api.StatusAsync(token));
    }

    [Fact]
    public async Task AWithdrawnKeyIsNotTrustedForLong()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.Revocation = RevocationCheck.None, _time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.Rotate(keepsOld: false);
        Assert.Equal(200, await api.StatusAsync(token));
        _time.Pass(300);

        await TokenApi.UntilAsync(async () => await api.StatusAsync(token) == 401);
    }

    [Fact]
    public async Task AClockThatIsSetBackKeepsNoKey()
    {
        _time.Set(1000);
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.Revocation = RevocationCheck.None, _time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.Rotate(keepsOld: false);
        _time.Set(-1000);
        _time.Pass(300);

        await TokenApi.UntilAsync(async () => await api.StatusAsync(token) == 401);
    }

    [Fact]
    public async Task AfterANightWithoutRequestsAWithdrawnKeyIsNotTrustedOnce()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, static o => o.Revocation = RevocationCheck.None, _time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.Rotate(keepsOld: false);
        _time.Pass(600);

        Assert.Equal(401, await api.StatusAsync(token));
    }

    [Theory]
    [InlineData(UnavailableIssuer.Refuse, 599, 200, 1005)]
    [InlineData(UnavailableIssuer.Refuse, 600, 503, 1002)]
    [InlineData(UnavailableIssuer.TrustSignature, 599, 200, 1005)]
    [InlineData(UnavailableIssuer.TrustSignature, 600, 200, 1014)]
    [InlineData(UnavailableIssuer.TrustSignature, Day - 1, 200, 1014)]
    [InlineData(UnavailableIssuer.TrustSignature, Day, 503, 1002)]
    public async Task WhileTheIssuerIsDownKeysAreUsedAsConfigured(UnavailableIssuer choice, int age, int expected, int auditId)
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, o => (o.Revocation, o.WhenUnavailable) = (RevocationCheck.None, choice), _time);
        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));

        issuer.IsDown = true;
        _time.Pass(age);
        // The issuer's own lifetimes end after a day.
        var token = issuer.Key.Token(issuer.Name, _time.GetUtcNow().ToUnixTimeSeconds() + 30);

        for (var i = 0; i < 3; i++) Assert.Equal(expected, await api.StatusAsync(token));
        Assert.All(api.Log.Audit.Skip(1), entry => Assert.Equal(auditId, entry.Id));
    }

    [Fact]
    public async Task IntrospectionIsStillAskedIfOnlyTheKeysAreOutOfReach()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature, _time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.MetadataStatus = 503;
        _time.Pass(600);
        await issuer.Agents.PostAsync("/v1/agent-tokens/revoke", $$"""{"token":"{{token}}"}""");

        Assert.Equal(401, await api.StatusAsync(token));
        Assert.Equal(200, await api.StatusAsync(await issuer.Agents.TokenAsync()));
        Assert.All(api.Log.Audit, static entry => Assert.NotEqual(1014, entry.Id));
    }

    [Fact]
    public async Task ReadingTheKeysDoesNotEndAnOutageOfIntrospection()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(issuer.Name, time: _time);
        var token = await issuer.Agents.TokenAsync();
        Assert.Equal(200, await api.StatusAsync(token));

        issuer.IntrospectionStatus = 500;
        _time.Pass(600);
        Assert.Equal(503, await api.StatusAsync(token));
        Assert.Equal(2, issuer.AskedFor(WatchedIssuer.Metadata));
        _time.Pass(600);
        Assert.Equal(503, await api.StatusAsync(token));
        Assert.Equal(3, issuer.AskedFor(WatchedIssuer.Metadata));
        Assert.DoesNotContain(api.Log.All, static entry => entry.Id == 2009);

        issuer.IntrospectionStatus = null;
        _time.Pass(1);
        Assert.Equal(200, await api.StatusAsync(token));
        Assert.Contains("about tokens again", Assert.Single(api.Log.All, static entry => entry.Id == 2009).Text);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/tenant/")]
    public async Task AnIssuersNameMayEndWithASlash(string path)
    {
        await using var issuer = await WatchedIssuer.StartAsync(o => o.Issuer = o.PublicOrigin!.GetLeftPart(UriPartial.Authority) + path);
        await using var api = await ResourceApp.StartAsync(
            issuer.Name + path, o => o.MetadataAddress = new Uri(issuer.Name + WatchedIssuer.Metadata));
        var token = await issuer.Agents.TokenAsync();

        Assert.EndsWith(path, ByHand.Claims(token).GetProperty("iss").GetString());
        Assert.Equal(200, await api.StatusAsync(token));
    }

    [Fact]
    public async Task AnIssuersNameMayHaveUpperCaseAndItsSchemesPort()
    {
        const string Name = "https://Issuer.Example.com:443";
        var key = KeyPair.Ec();
        await using var issuer = await PublishedDocuments.StartAsync(key);
        issuer.Metadata = $$"""{"issuer":"{{Name}}","jwks_uri":"https://issuer.example.com/keys"}""";
        await using var api = await ResourceApp.StartAsync(
            Name, o => (o.MetadataAddress, o.Revocation) = (issuer.MetadataAddress, RevocationCheck.None),
            build: builder => PublishedDocuments.Redirect(builder, issuer));

        Assert.Equal(200, await api.StatusAsync(key.Token(Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)));
        // In the token, it must be the same too.
        Assert.Equal(401, await api.StatusAsync(
            key.Token("https://issuer.example.com", DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)));
    }

    [Theory]
    [InlineData("{0}/")]
    [InlineData("{0}:80", "http://127.0.0.1")]
    public async Task AnIssuerThatIsWrittenInAnotherWayIsNamedInTheLog(string spelling, string? name = null)
    {
        var key = KeyPair.Ec();
        await using var issuer = await PublishedDocuments.StartAsync(key);
        name ??= issuer.Name;
        issuer.Metadata = $$"""{"issuer":"{{name}}","jwks_uri":"{{issuer.Name}}/keys"}""";
        var written = string.Format(null, spelling, name);
        await using var api = await ResourceApp.StartAsync(written, o => o.MetadataAddress = issuer.MetadataAddress);

        Assert.Equal(503, await api.StatusAsync(key.Token(name, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)));
        Assert.Contains(
            $"is the metadata of '{name}', not of '{written}'", Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);
    }

    [Fact]
    public async Task NothingOfAnotherIssuersMetadataIsUsed()
    {
        await using var issuer = await WatchedIssuer.StartAsync();
        await using var api = await ResourceApp.StartAsync(
            "https://issuer.example.com", o => o.MetadataAddress = new Uri(issuer.Name + WatchedIssuer.Metadata));

        Assert.Equal(503, await api.StatusAsync(
            issuer.Key.Token("https://issuer.example.com", DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)));
        Assert.Contains("is the metadata of", Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);
        Assert.Equal(1, issuer.Asked);
    }

    [Theory]
    [InlineData("jwks_uri")]
    [InlineData("introspection_endpoint")]
    public async Task AnHttpsIssuerNamesNoHttpAddress(string member)
    {
        const string Name = "https://issuer.example.com";
        var key = KeyPair.Ec();
        await using var issuer = await PublishedDocuments.StartAsync(key);
        issuer.Metadata = $$"""
            {"issuer":"{{Name}}","jwks_uri":"{{Name}}/keys","introspection_endpoint":"{{Name}}/introspect"}
            """.Replace($"\"{member}\":\"{Name}", $"\"{member}\":\"{issuer.Name}", StringComparison.Ordinal);
        await using var api = await ResourceApp.StartAsync(
            Name, o => o.MetadataAddress = issuer.MetadataAddress, build: builder => PublishedDocuments.Redirect(builder, issuer));

        Assert.Equal(503, await api.StatusAsync(key.Token(Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)));
        Assert.Contains("which is not https", Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);
    }

    [Theory]
    [InlineData("garbage", "does not answer with JSON")]
    [InlineData("[]", "does not answer with JSON")]
    [InlineData("{}", "is the metadata of ''")]
    [InlineData("""{"issuer":"NAME"}""", "names no jwks_uri")]
    [InlineData("""{"issuer":"NAME","jwks_uri":"/keys"}""", "which is not https")]
    [InlineData("""{"issuer":"NAME","jwks_uri":"http://keys.example.com/"}""", "which is not https")]
    [InlineData("""{"issuer":"NAME","jwks_uri":"NAME/keys"}""", "names no introspection_endpoint")]
    public async Task UnusableMetadataIsAnErrorThatSaysSo(string metadata, string problem)
    {
        var key = KeyPair.Ec();
        await using var issuer = await PublishedDocuments.StartAsync(key);
        issuer.Metadata = metadata.Replace("NAME", issuer.Name, StringComparison.Ordinal);
        await using var api = await ResourceApp.StartAsync(
            issuer.Name, static o => o.WhenUnavailable = UnavailableIssuer.TrustSignature, _time);
        var token = key.Token(issuer.Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60);

        for (var i = 0; i < 3; i++) Assert.Equal(503, await api.StatusAsync(token));
        Assert.Equal(1, issuer.AskedFor(WatchedIssuer.Metadata));
        Assert.Contains(problem, Assert.Single(api.Log.All, static entry => entry.Id == 2008).Text);
    }
}
