using System.Security.Cryptography;
using System.Text;

namespace Agentdom.Tests.Protocol;

public sealed class HmacTests
{
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
}
