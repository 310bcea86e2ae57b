using System.Security.Cryptography;
using System.Text;
using Agentdom.Core.Signing;

namespace Agentdom.Tests.Core;

public sealed class HmacTests
{
    private const string LongKey = "Test Using Larger Than Block-Size Key - Hash Key First";

    private const string LongKeyAndData =
        "This is a test using a larger than block-size key and a larger than block-size data. " +
        "The key needs to be hashed before being used by the HMAC algorithm.";

    /// <summary>RFC 4231 without its case 5, which truncates the output, as this protocol never does.</summary>
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
        var actual = Hex.Encode(Hmac.Compute(key, data));

        Assert.True(expected == actual, $"Test case {testCase}: {actual}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1_000)]
    public void DerivedKeysAreThoseOfHkdf(int inputLength)
    {
        var input = Enumerable.Range(0, inputLength).Select(i => (byte)(i * 7 + 1)).ToArray();
        foreach (var info in new[] { "", "agentdom/atp/jwt/v1", "agentdom/vault/key/v1", "größer" })
        {
            var expected = HKDF.DeriveKey(HashAlgorithmName.SHA256, input, 32, salt: [], Encoding.UTF8.GetBytes(info));

            Assert.Equal(expected, Hmac.DeriveKey(input, info));
        }
    }

    [Fact]
    public void EqualBytesAreEqual() => Assert.True(Hmac.FixedTimeEquals([1, 2, 3], [1, 2, 3]));

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, new byte[] { 1, 2, 2 })]
    [InlineData(new byte[] { 1, 2, 3 }, new byte[] { 129, 2, 3 })]
    [InlineData(new byte[] { 1, 2, 3 }, new byte[] { 1, 2 })]
    [InlineData(new byte[] { 1, 2, 3 }, new byte[] { 1, 2, 3, 0 })]
    [InlineData(new byte[] { 1, 2, 3 }, new byte[] { })]
    public void OtherBytesAreNot(byte[] left, byte[] right) => Assert.False(Hmac.FixedTimeEquals(left, right));

    private static byte[] Repeat(byte value, int count) => [.. Enumerable.Repeat(value, count)];

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
