using System.Security.Cryptography;

namespace Agentdom.Tests.Protocol;

public sealed class KeyPoolTests
{
    [Fact]
    public void AKeyIsUsedAgain()
    {
        var created = 0;
        var pool = new KeyPool<object>(() => created++, static (_, data) => data);

        for (var i = 0; i < 3; i++) pool.Sign([1]);

        Assert.Equal(1, created);
    }

    [Fact]
    public void AKeyThatFailedHalfwayDoesNotSpoilTheNextSignature()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var fails = true;
        var pool = new KeyPool<IncrementalHash>(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key), (hmac, data) =>
        {
            hmac.AppendData(data);
            return fails ? throw new CryptographicException() : hmac.GetHashAndReset();
        });
        Assert.Throws<CryptographicException>(() => pool.Sign([1, 2]));

        fails = false;
        byte[] next = [3, 4];
        Assert.Equal(HMACSHA256.HashData(key, next), pool.Sign(next));
    }
}
