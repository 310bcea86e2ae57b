using System.Buffers.Text;
using System.Text;

namespace Agentdom.Tests.Protocol;

public sealed class SharedSecretTests
{
    [Fact]
    public void ANewSecretHas256BitsInUrlSafeCharacters()
    {
        var text = SharedSecret.Generate();

        Assert.Matches("^[A-Za-z0-9_-]{43}$", text);
        Assert.Equal(32, Base64Url.DecodeFromChars(text).Length);
    }

    [Fact]
    public void NewSecretsDiffer() =>
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(_ => SharedSecret.Generate()).Distinct().Count());

    [Fact]
    public void ANewSecretIsLongEnoughForAnIssuer()
    {
        using var secret = SharedSecret.FromText(SharedSecret.Generate());

        Assert.True(secret.Length >= SharedSecret.MinimumBytes);
    }

    [Fact]
    public void TheTextFormTellsTheLengthOnly()
    {
        using var secret = SharedSecret.FromText("hunter2");

        Assert.DoesNotContain("hunter", secret.ToString(), StringComparison.Ordinal);
        Assert.Contains("7 bytes", secret.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ASecretIsItsUtf8()
    {
        using var secret = SharedSecret.FromText("Größe 😀");

        Assert.Equal(Encoding.UTF8.GetBytes("Größe 😀"), secret.Bytes);
        Assert.Equal(12, secret.Length);
    }

    [Fact]
    public void AnEmptySecretIsRefused()
    {
        Assert.Throws<ArgumentException>(() => SharedSecret.FromText(""));
        Assert.Throws<ArgumentException>(() => new SharedSecret([]));
        Assert.Throws<ArgumentException>(() => new SharedSecret(null!));
    }

    [Fact]
    public void ALoneSurrogateIsRefused() => Assert.Throws<JsonFormatException>(() => SharedSecret.FromText("a\ud800"));

    [Fact]
    public void DisposingOverwritesTheBytes()
    {
        byte[] bytes = [1, 2, 3, 4];
        var secret = new SharedSecret(bytes);
        secret.Dispose();

        Assert.All(bytes, static b => Assert.Equal(0, b));
        Assert.All(secret.Bytes, static b => Assert.Equal(0, b));
    }
}
