using System.Collections;
using System.Text;

namespace Agentdom.Tests.Protocol;

public sealed class AtpSignerTests
{
    private const string SecretText = "a shared secret of more than 32 bytes";

    private const string Canonical =
        """{"agent_id":"test-agent","purpose":"Größe 😀","scopes":""" +
        """["data.read","data.write"],"timestamp":1795464527000}""";

    /// <summary>Computed with Python's hmac over the UTF-8 of <see cref="Canonical"/>.</summary>
    private const string Signature = "19e21d500b04dbf2f3745e6705bbcd4c9b94e30afcfd4ef672a79261d7e3c290";

    private static readonly SharedSecret s_secret = SharedSecret.FromText(SecretText);

    [Fact]
    public void TheSignatureIsWhatAnotherImplementationComputes()
    {
        Assert.Equal(Canonical, AtpSigner.CanonicalBody(Body()));
        Assert.Equal(Signature, AtpSigner.Sign(Canonical, s_secret));
        Assert.True(AtpSigner.Verify(Canonical, Signature, s_secret));
    }

    [Fact]
    public void TheSignatureMemberIsNotCovered()
    {
        var body = Body();
        body["signature"] = "anything";

        Assert.Equal(Canonical, AtpSigner.CanonicalBody(body));
    }

    [Theory]
    [InlineData("agent_id")]
    [InlineData("purpose")]
    [InlineData("scopes")]
    [InlineData("timestamp")]
    [InlineData("aud")]
    [InlineData("Signature")]
    [InlineData("x-unknown")]
    public void EveryOtherMemberIsCovered(string name)
    {
        var changed = Body();
        changed[name] = "another value";
        AssertUnsigned(changed);

        var without = Body();
        without.Remove(name);
        if (without.Count < Body().Count) AssertUnsigned(without);
    }

    [Fact]
    public void ASignatureMemberFurtherInIsCovered()
    {
        var body = Body();
        body["nested"] = new Hashtable { ["signature"] = "a" };
        var signature = AtpSigner.Sign(AtpSigner.CanonicalBody(body), s_secret);
        body["nested"] = new Hashtable { ["signature"] = "b" };

        Assert.False(AtpSigner.Verify(AtpSigner.CanonicalBody(body), signature, s_secret));
    }

    [Theory]
    [InlineData("""
        {"timestamp":1795464527000,"scopes":["data.read","data.write"],"purpose":"Größe 😀","agent_id":"test-agent"}
        """)]
    [InlineData("""
        { "agent_id" : "test-agent", "purpose" : "Gr\u00f6\u00dfe \uD83D\uDE00",
          "scopes" : [ "data.read", "data.write" ], "timestamp" : 1795464527000.0, "signature" : null }
        """)]
    public void OrderWhiteSpaceAndSpellingDoNotMatter(string json) =>
        Assert.True(AtpSigner.Verify(AtpSigner.CanonicalBody(json), Signature, s_secret));

    [Fact]
    public void TheOrderOfAListMatters()
    {
        var body = Body();
        body["scopes"] = new[] { "data.write", "data.read" };

        AssertUnsigned(body);
    }

    [Fact]
    public void HexDigitsOfEitherCaseVerify()
    {
        Assert.True(AtpSigner.Verify(Canonical, Signature.ToUpperInvariant(), s_secret));
        Assert.True(AtpSigner.Verify(Canonical, Signature[..32] + Signature[32..].ToUpperInvariant(), s_secret));
    }

    [Fact]
    public void ASignatureOfTheWrongLengthNeverVerifies()
    {
        foreach (var wrong in new[]
        {
            "", " ", Signature[..63], Signature[1..], Signature[..62], Signature[..32],
            Signature + "0", Signature + "00", Signature + Signature,
            " " + Signature, Signature + " ", Signature + "\n", "0x" + Signature, $"\"{Signature}\"",
        })
            Assert.False(AtpSigner.Verify(Canonical, wrong, s_secret), $"'{wrong}' was accepted.");
    }

    [Theory]
    [InlineData('g')]
    [InlineData('G')]
    [InlineData('/')]
    [InlineData(':')]
    [InlineData('@')]
    [InlineData('`')]
    [InlineData(' ')]
    [InlineData('\0')]
    [InlineData('０')]
    [InlineData('İ')]
    public void ASignatureThatIsNotHexNeverVerifies(char digit)
    {
        for (var i = 0; i < Signature.Length; i++)
            Assert.False(AtpSigner.Verify(Canonical, Signature[..i] + digit + Signature[(i + 1)..], s_secret));
    }

    [Fact]
    public void AnyBitOfTheSignatureCounts()
    {
        var bytes = Convert.FromHexString(Signature);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = Flip(bytes, bit);
            Assert.False(AtpSigner.Verify(Canonical, Convert.ToHexStringLower(changed), s_secret), $"Bit {bit}");
        }
    }

    [Fact]
    public void AnyBitOfTheSecretCounts()
    {
        var bytes = Encoding.UTF8.GetBytes(SecretText);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            using var changed = new SharedSecret(Flip(bytes, bit));
            Assert.False(AtpSigner.Verify(Canonical, Signature, changed), $"Bit {bit}");
        }
    }

    [Fact]
    public void AnyCharacterOfTheBodyCounts()
    {
        for (var i = 0; i < Canonical.Length; i++)
        {
            var changed = Canonical.ToCharArray();
            changed[i] ^= (char)1;
            Assert.False(AtpSigner.Verify(new string(changed), Signature, s_secret), $"Character {i}");
        }
    }

    public static TheoryData<object> NotObjects =>
        [new[] { "a" }, new List<object?>(), "{}", 1, true, new Uri("https://api.example.com/")];

    [Theory]
    [MemberData(nameof(NotObjects), DisableDiscoveryEnumeration = true)]
    public void ABodyThatIsNoObjectIsRefused(object body) =>
        Assert.Throws<JsonFormatException>(() => AtpSigner.CanonicalBytes(body, plain: null));

    private static Dictionary<string, object?> Body() => new()
    {
        ["timestamp"] = 1_795_464_527_000,
        ["scopes"] = new[] { "data.read", "data.write" },
        ["agent_id"] = "test-agent",
        ["purpose"] = "Größe 😀",
    };

    private static void AssertUnsigned(Dictionary<string, object?> body) =>
        Assert.False(AtpSigner.Verify(AtpSigner.CanonicalBody(body), Signature, s_secret));

    private static byte[] Flip(byte[] bytes, int bit)
    {
        var changed = bytes.ToArray();
        changed[bit / 8] ^= (byte)(1 << bit % 8);
        return changed;
    }
}
