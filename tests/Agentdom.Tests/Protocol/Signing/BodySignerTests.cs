using System.Text;

namespace Agentdom.Tests.Protocol;

public sealed class BodySignerTests
{
    [Fact]
    public void EachBodyIsSignedAsOnItsOwn()
    {
        using var secret = SharedSecret.FromText("a shared secret of more than 32 bytes");
        using var signer = new BodySigner(secret);

        foreach (var body in new[] { "{}", """{"a":1}""", "{}", $$"""{"a":"{{new string('x', 5000)}}"}""", """{"a":"Größe 😀"}""" })
            Assert.Equal(AtpSigner.Sign(body, secret), Hex.Encode(signer.Sign(Encoding.UTF8.GetBytes(body))));
    }

    [Fact]
    public void ItOutlivesTheSecretButNotItsOwnDisposal()
    {
        var secret = SharedSecret.FromText("a shared secret of more than 32 bytes");
        var expected = AtpSigner.Sign("{}", secret);
        var signer = new BodySigner(secret);
        secret.Dispose();

        Assert.Equal(expected, Hex.Encode(signer.Sign("{}"u8.ToArray())));

        signer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => signer.Sign("{}"u8.ToArray()));
    }
}
