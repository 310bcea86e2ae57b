using System.Buffers.Text;
using System.Security.Cryptography;

namespace Agentdom.Tests.Protocol;

public sealed class Base64UrlTextTests
{
    [Fact]
    public void BytesOfAnyLengthAreWrittenAsTheRuntimeWritesThem()
    {
        for (var length = 0; length <= 300; length++)
        {
            var bytes = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(Base64Url.EncodeToString(bytes), Base64UrlText.Encode(bytes));
        }
    }

    [Fact]
    public void EveryByteIsWrittenWithoutTheCharactersThatUrlsReserve()
    {
        var bytes = Enumerable.Range(0, 256).Select(static b => (byte)b).ToArray();
        var text = Base64UrlText.Encode(bytes);

        Assert.DoesNotContain(text, static c => c is '+' or '/' or '=');
        Assert.Equal(bytes, Base64UrlText.Decode(text));
    }
}
