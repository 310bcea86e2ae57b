using System.Text;
using System.Text.Json;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Protocol;

/// <summary>
/// Published MACs for the code that signs and verifies. Their keys and messages are arbitrary bytes, so they are tested on the
/// parts of <see cref="AtpSigner"/>, and on the signer itself if the message is text.
/// </summary>
public sealed class HmacVectorTests
{
    private const string LongKey = "Test Using Larger Than Block-Size Key - Hash Key First";

    private const string LongKeyAndData =
        "This is a test using a larger than block-size key and a larger than block-size data. " +
        "The key needs to be hashed before being used by the HMAC algorithm.";

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>RFC 4231 §4. Case 5 contains only the first half of the MAC.</summary>
    public static TheoryData<int, byte[], byte[], string> Rfc4231 => new()
    {
        { 1, Repeat(0x0b, 20), Ascii("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        {
            2, Ascii("Jefe"), Ascii("what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        },
        { 3, Repeat(0xaa, 20), Repeat(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
        {
            4, Convert.FromHexString("0102030405060708090a0b0c0d0e0f10111213141516171819"), Repeat(0xcd, 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        },
        { 5, Repeat(0x0c, 20), Ascii("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b" },
        { 6, Repeat(0xaa, 131), Ascii(LongKey), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
        {
            7, Repeat(0xaa, 131), Ascii(LongKeyAndData),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        },
    };

    [Theory]
    [MemberData(nameof(Rfc4231))]
    public void AgreesWithRfc4231(int testCase, byte[] key, byte[] data, string expected)
    {
        AssertMac(key, data, expected, isValid: true, $"Test case {testCase}");
    }

    [Fact]
    public void AgreesWithAll174CasesOfWycheproof()
    {
        var (valid, bad, texts) = (0, 0, 0);
        foreach (var test in TestVectors.WycheproofGroups("hmac_sha256_test.json").SelectMany(g => g.GetProperty("tests").EnumerateArray()))
        {
            var isValid = test.GetProperty("result").GetString() == "valid";
            var tag = test.GetProperty("tag").GetString()!;
            if (AssertMac(Bytes(test, "key"), Bytes(test, "msg"), tag, isValid, $"tcId {test.GetProperty("tcId")}"))
                texts++;
            if (isValid) valid++;
            else bad++;
        }

        Assert.Equal((66, 108), (valid, bad));
        Assert.Equal(117, texts);
    }

    /// <returns>Whether the message was text, so that the signer itself was tested.</returns>
    private static bool AssertMac(byte[] key, byte[] message, string tag, bool isValid, string name)
    {
        var computed = Hmac.Compute(key, message);
        var isWhole = tag.Length == Hmac.Size * 2;
        Assert.True(isValid == Hex.Encode(computed).StartsWith(tag, StringComparison.Ordinal), name);
        // A correct but truncated MAC is still not a signature of this protocol.
        var claimed = Hex.Decode(tag, Hmac.Size);
        Assert.True(isWhole == claimed is not null, name);
        Assert.True((isValid && isWhole) == (claimed is not null && Hmac.FixedTimeEquals(claimed, computed)), name);

        if (Text(message) is not { } text) return false;
        using var secret = new SharedSecret([.. key]);
        Assert.True((isValid && isWhole) == AtpSigner.Verify(text, tag, secret), name);
        Assert.True((isValid && isWhole) == (AtpSigner.Sign(text, secret) == tag), name);
        return true;
    }

    private static string? Text(byte[] message)
    {
        try
        {
            return s_utf8.GetString(message);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static byte[] Repeat(byte value, int count) => [.. Enumerable.Repeat(value, count)];

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
