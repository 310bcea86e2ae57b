namespace Agentdom.Tests.Protocol;

public sealed class AtpHostTests
{
    [Theory]
    [InlineData("https://API.example.com/orders?page=1", "api.example.com")]
    [InlineData("https://api.example.com:8443", "api.example.com:8443")]
    [InlineData("http://localhost:5001/orders", "localhost:5001")]
    [InlineData("https://localhost:5001/orders", "https://localhost:5001")]
    [InlineData("http://[::1]:5001/", "[::1]:5001")]
    public void AnAddressHasAHost(string address, string host) => Assert.Equal(host, AtpHost.Of(new Uri(address)).Name);

    [Theory]
    [InlineData("orders")]
    [InlineData("api.example.com/orders")]
    [InlineData("localhost:5001/orders")]
    [InlineData("ftp://api.example.com/orders")]
    [InlineData("http://api.example.com/orders")]
    [InlineData("https://user:a-word@api.example.com/orders")]
    public void AnAddressThatATokenMustNotBeSentToHasNone(string address)
    {
        var failure = Assert.Throws<AtpException>(() => AtpHost.Of(new Uri(address, UriKind.RelativeOrAbsolute)));
        Assert.Equal(AtpError.HostInvalid, failure.Error);
        Assert.DoesNotContain("a-word", failure.Message);
    }

    [Theory]
    [InlineData("api.example.com", "api.example.com", "https://api.example.com/")]
    [InlineData("API.Example.COM", "api.example.com", "https://api.example.com/")]
    [InlineData(" api.example.com ", "api.example.com", "https://api.example.com/")]
    [InlineData("api.example.com.", "api.example.com", "https://api.example.com/")]
    [InlineData("api.example.com:8443", "api.example.com:8443", "https://api.example.com:8443/")]
    [InlineData("api.example.com:443", "api.example.com", "https://api.example.com/")]
    [InlineData("api.example.com:80", "api.example.com:80", "https://api.example.com:80/")]
    [InlineData("https://api.example.com", "api.example.com", "https://api.example.com/")]
    [InlineData("https://api.example.com/", "api.example.com", "https://api.example.com/")]
    [InlineData("HTTPS://api.example.com:8443/", "api.example.com:8443", "https://api.example.com:8443/")]
    [InlineData("bücher.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example/")]
    [InlineData("BÜCHER.example:8443", "xn--bcher-kva.example:8443", "https://xn--bcher-kva.example:8443/")]
    [InlineData("my_service:8080", "my_service:8080", "https://my_service:8080/")]
    [InlineData("10.0.0.1:8443", "10.0.0.1:8443", "https://10.0.0.1:8443/")]
    [InlineData("10.1.", "10.0.0.1", "https://10.0.0.1/")]
    [InlineData("[2001:DB8::1]", "[2001:db8::1]", "https://[2001:db8::1]/")]
    [InlineData("[2001:db8:0:0::1]:8443", "[2001:db8::1]:8443", "https://[2001:db8::1]:8443/")]
    public void AHostHasOneSpellingAndIsAskedOverHttps(string text, string name, string origin) =>
        AssertReads(text, name, origin);

    [Theory]
    [InlineData("localhost", "localhost", "http://localhost/")]
    [InlineData("localhost:5001", "localhost:5001", "http://localhost:5001/")]
    [InlineData("LOCALHOST:5001", "localhost:5001", "http://localhost:5001/")]
    [InlineData("localhost:80", "localhost", "http://localhost/")]
    [InlineData("localhost:443", "localhost:443", "http://localhost:443/")]
    [InlineData("http://localhost:5001/", "localhost:5001", "http://localhost:5001/")]
    [InlineData("127.0.0.1:5001", "127.0.0.1:5001", "http://127.0.0.1:5001/")]
    [InlineData("127.9.9.9", "127.9.9.9", "http://127.9.9.9/")]
    [InlineData("127.1.:5001", "127.0.0.1:5001", "http://127.0.0.1:5001/")]
    [InlineData("[::1]", "[::1]", "http://[::1]/")]
    [InlineData("[::1]:5001", "[::1]:5001", "http://[::1]:5001/")]
    [InlineData("[0:0:0:0:0:0:0:1]:5001", "[::1]:5001", "http://[::1]:5001/")]
    [InlineData("https://localhost", "https://localhost", "https://localhost/")]
    [InlineData("https://localhost:443", "https://localhost", "https://localhost/")]
    [InlineData("https://localhost:80", "https://localhost:80", "https://localhost:80/")]
    [InlineData("https://localhost:5001", "https://localhost:5001", "https://localhost:5001/")]
    [InlineData("https://[::1]:8443", "https://[::1]:8443", "https://[::1]:8443/")]
    public void ALoopbackHostIsAskedOverHttpUnlessWrittenWithHttps(string text, string name, string origin) =>
        AssertReads(text, name, origin);

    [Theory]
    [InlineData("http://api.example.com")]
    [InlineData("http://10.0.0.1")]
    [InlineData("http://[2001:db8::1]")]
    [InlineData("http://localhost.example.com")]
    [InlineData("http://localhost@evil.example")]
    [InlineData("ftp://x")]
    [InlineData("ftp://localhost")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://")]
    [InlineData("https:///")]
    [InlineData("://x")]
    [InlineData("https://https://x")]
    [InlineData("a/b")]
    [InlineData("https://api.example.com/path")]
    [InlineData("https://api.example.com//")]
    [InlineData(@"a\b")]
    [InlineData("user@host")]
    [InlineData("user:word@host")]
    [InlineData("host name")]
    [InlineData("host\tname")]
    [InlineData("host\nname")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/")]
    [InlineData(":")]
    [InlineData(":5001")]
    [InlineData("host:0")]
    [InlineData("host:99999")]
    [InlineData("host:-1")]
    [InlineData("host:port")]
    [InlineData("host:80:80")]
    [InlineData("?x")]
    [InlineData("host?x")]
    [InlineData("host#x")]
    [InlineData("%61.example")]
    [InlineData("a..b")]
    [InlineData(".example.com")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("[::g]")]
    [InlineData("[::1]x")]
    [InlineData("[::1].evil.example")]
    [InlineData("[2001:db8::1]evil.example:8443")]
    [InlineData("xn--ü.example")]
    [InlineData("a;b")]
    [InlineData("\"host\"")]
    [InlineData("*.example.com")]
    public void WhatIsNoHostIsRefused(string text) =>
        Assert.Equal(AtpError.HostInvalid, Assert.Throws<AtpException>(() => AtpHost.Parse(text)).Error);

    [Fact]
    public void ANameTooLongForDnsIsRefused()
    {
        foreach (var label in new[] { new string('a', 64), new string('ü', 64) })
        {
            var refusal = Assert.Throws<AtpException>(() => AtpHost.Parse(label + ".example"));
            Assert.Equal(AtpError.HostInvalid, refusal.Error);
        }
    }

    [Fact]
    public void SpellingsOfOneHostAreEqual()
    {
        var host = AtpHost.Parse("api.example.com");
        var same = AtpHost.Parse("https://API.example.com:443/");

        Assert.Equal(host, same);
        Assert.Equal(host.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(host, AtpHost.Parse("api.example.com:8443"));
        Assert.NotEqual(AtpHost.Parse("localhost:5001"), AtpHost.Parse("https://localhost:5001"));
    }

    [Theory]
    [InlineData("api.example.com", "https://api.example.com/.well-known/agentdom.json")]
    [InlineData("localhost:5001", "http://localhost:5001/.well-known/agentdom.json")]
    public void TheManifestLiesAtTheWellKnownPlace(string text, string expected) =>
        Assert.Equal(expected, AtpHost.Parse(text).ManifestUri.AbsoluteUri);

    [Theory]
    [InlineData("api.example.com", "https://api.example.com/v1/agent-tokens")]
    [InlineData("api.example.com", "https://API.EXAMPLE.COM/")]
    [InlineData("api.example.com", "https://api.example.com./")]
    [InlineData("api.example.com", "https://api.example.com:8443/")]
    [InlineData("api.example.com:8443", "https://api.example.com/")]
    [InlineData("example.com", "https://api.example.com/")]
    [InlineData("example.com", "https://a.b.example.com:8443/")]
    [InlineData("bücher.example", "https://xn--bcher-kva.example/")]
    [InlineData("bücher.example", "https://tokens.bücher.example/")]
    [InlineData("10.0.0.1", "https://10.0.0.1:8443/")]
    [InlineData("localhost:5001", "http://localhost:5002/")]
    [InlineData("localhost:5001", "https://localhost:5002/")]
    [InlineData("[::1]:5001", "http://[0:0:0:0:0:0:0:1]:5001/")]
    [InlineData("https://localhost:5001", "https://localhost:5002/")]
    public void AnEndpointOfTheHostOrBelowItIsTrusted(string host, string endpoint) =>
        Assert.Null(Record.Exception(() => AtpHost.Parse(host).RequireEndpoint(new Uri(endpoint), [])));

    [Theory]
    [InlineData("example.com", "https://evilexample.com/")]
    [InlineData("example.com", "https://example.com.evil.org/")]
    [InlineData("example.com", "https://example.org/")]
    [InlineData("example.com", "https://com/")]
    [InlineData("api.example.com", "https://example.com/")]
    [InlineData("api.example.com", "https://auth.example.com/")]
    [InlineData("api.example.com", "https://evil.org/api.example.com")]
    [InlineData("api.example.com", "https://evil.org/?.api.example.com")]
    [InlineData("10.0.0.1", "https://x.10.0.0.1/")]
    [InlineData("10.0.0.1", "https://10.0.0.2/")]
    [InlineData("10.0.0.1", "https://110.0.0.1/")]
    [InlineData("localhost:5001", "http://127.0.0.1:5001/")]
    [InlineData("localhost:5001", "https://evil.example/")]
    [InlineData("api.example.com", "https://localhost/")]
    public void AnEndpointElsewhereIsForeign(string host, string endpoint) =>
        Assert.Equal(AtpError.EndpointForeign, Refusal(host, endpoint).Error);

    [Theory]
    [InlineData("api.example.com", "http://api.example.com/")]
    [InlineData("api.example.com", "http://localhost/")]
    [InlineData("https://localhost:5001", "http://localhost:5001/")]
    [InlineData("localhost:5001", "http://sub.localhost:5001/")]
    [InlineData("localhost:5001", "http://10.0.0.1/")]
    [InlineData("api.example.com", "ftp://api.example.com/")]
    [InlineData("api.example.com", "wss://api.example.com/")]
    [InlineData("api.example.com", "https://user@api.example.com/")]
    [InlineData("api.example.com", "https://user:word@api.example.com/")]
    [InlineData("api.example.com", "https://api.example.com@evil.org/")]
    [InlineData("api.example.com", "/v1/agent-tokens")]
    [InlineData("api.example.com", "https://xn--ü.api.example.com/")]
    public void AnEndpointThatIsNotSafelyReachedIsInvalid(string host, string endpoint) =>
        Assert.Equal(AtpError.EndpointInvalid, Refusal(host, endpoint).Error);

    [Fact]
    public void ATrustedHostIsTrustedInEitherCaseAndOnAnyPort()
    {
        var host = AtpHost.Parse("api.example.com");

        host.RequireEndpoint(new Uri("https://tokens.example.net/"), ["other.example", "Tokens.Example.NET"]);
        host.RequireEndpoint(new Uri("https://TOKENS.example.net:8443/"), ["tokens.example.net"]);
        Assert.Equal(
            AtpError.EndpointForeign, Refusal("api.example.com", "https://tokens.example.net/", "example.net").Error);
    }

    [Theory]
    [InlineData("https://a.tokens.example.net/", AtpError.EndpointForeign)]
    [InlineData("https://tokens.example.net.evil.org/", AtpError.EndpointForeign)]
    [InlineData("http://tokens.example.net/", AtpError.EndpointInvalid)]
    [InlineData("https://user@tokens.example.net/", AtpError.EndpointInvalid)]
    public void TrustEndsAtTheNamedHostAndAtHttps(string endpoint, AtpError error) =>
        Assert.Equal(error, Refusal("api.example.com", endpoint, "tokens.example.net").Error);

    [Fact]
    public void TheRefusalNamesTheForeignHost() =>
        Assert.Contains("tokens.example.net",
            Refusal("api.example.com", "https://tokens.example.net:8443/").Message, StringComparison.Ordinal);

    private static void AssertReads(string text, string name, string origin)
    {
        var host = AtpHost.Parse(text);

        Assert.Equal(name, host.Name);
        Assert.Equal(name, host.ToString());
        Assert.Equal(origin, host.Origin.AbsoluteUri);
        Assert.Equal(host, AtpHost.Parse(name));
    }

    [Theory]
    [InlineData("api.example.com", "https://api.example.com")]
    [InlineData("api.example.com", "HTTPS://API.Example.com./orders?x=1")]
    [InlineData("api.example.com", "api.example.com")]
    [InlineData("api.example.com", "api.example.com:8443")]
    [InlineData("api.example.com", "https://orders.api.example.com/")]
    [InlineData("api.example.com", "orders.api.example.com")]
    [InlineData("api.example.com", "https://example.com")]
    [InlineData("a.b.example.com", "example.com")]
    [InlineData("api.example.com", "orders")]
    [InlineData("api.example.com", "Orders of 2026")]
    [InlineData("localhost:5001", "http://localhost:5001")]
    [InlineData("10.0.0.1", "https://10.0.0.1/")]
    [InlineData("[::1]:5001", "http://[::1]")]
    public void AnAudienceOfTheHostsOwnIsTaken(string host, string audience) =>
        Assert.Null(Record.Exception(() => AtpHost.Parse(host).RequireAudience(audience, [])));

    [Theory]
    [InlineData("api.example.com", "https://evil.example", "evil.example")]
    [InlineData("api.example.com", "auth.example.com", "auth.example.com")]
    [InlineData("api.example.com", "https://com", "com")]
    [InlineData("api.example.com", "https://evilapi.example.com.", "evilapi.example.com")]
    [InlineData("api.example.com", "https://api.example.com.evil.org", "api.example.com.evil.org")]
    [InlineData("api.example.com", "https://evil.org/api.example.com", "evil.org")]
    [InlineData("10.0.0.1", "https://x.10.0.0.1/", "x.10.0.0.1")]
    [InlineData("localhost:5001", "127.0.0.1", "127.0.0.1")]
    [InlineData("api.example.com", "urn:orders", "urn:orders")]
    [InlineData("api.example.com", "/orders", "/orders")]
    [InlineData("api.example.com", "api.example.com/orders", "api.example.com/orders")]
    [InlineData("api.example.com", "https://api.example.com@evil.org/", "https://api.example.com@evil.org/")]
    [InlineData("api.example.com", "https://evil.org@api.example.com/", "https://evil.org@api.example.com/")]
    public void AnyOtherAudienceIsRefusedUnlessItIsTrusted(string host, string audience, string trusted)
    {
        var refusal = Assert.Throws<AtpException>(() => AtpHost.Parse(host).RequireAudience(audience, ["other.example"]));

        Assert.Equal(AtpError.AudienceForeign, refusal.Error);
        AtpHost.Parse(host).RequireAudience(audience, [trusted.ToUpperInvariant()]);
    }

    [Theory]
    [InlineData("https://user:password@api.example.com")]
    [InlineData("user:pass/word@api.example.com")]
    [InlineData("https://user:p@ss word@api.example.com")]
    public void AHostWithAPasswordIsRefusedWithoutRepeatingIt(string text)
    {
        var refusal = Assert.Throws<AtpException>(() => AtpHost.Parse(text));

        Assert.Equal(AtpError.HostInvalid, refusal.Error);
        Assert.Contains("[removed]@api.example.com'", refusal.Message);
        Assert.DoesNotContain("user", refusal.Message);
        Assert.DoesNotContain("ss", refusal.Message);
    }

    private static AtpException Refusal(string host, string endpoint, params string[] trusted)
    {
        // On Unix "/path" alone would be an absolute file address.
        var uri = new Uri(endpoint, endpoint.StartsWith('/') ? UriKind.Relative : UriKind.Absolute);
        return Assert.Throws<AtpException>(() => AtpHost.Parse(host).RequireEndpoint(uri, trusted));
    }
}
