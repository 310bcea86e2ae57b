namespace Agentdom.Tests.Client;

public sealed class VaultTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a secret")]
    [InlineData("""{"quotes":"'`\\\"$(x)%PATH%"}""")]
    [InlineData("\r\n first line\nsecond line \n")]
    [InlineData("Größe 😀 \0")]
    [InlineData("agentdom2-empty")]
    public void AnyTextIsStoredAsOneLineThatNoQuotingTouches(string text)
    {
        var stored = VaultText.Encode(text);

        Assert.Matches("^agentdom2-[A-Za-z0-9_-]*$", stored);
        Assert.Equal(text, VaultText.Decode(stored));
        Assert.Equal(text, VaultText.Decode($"\r\n{stored}\n\n"));
    }

    [Theory]
    [InlineData("""{"v":1}""", """{"v":1}""")]
    [InlineData("a secret with \"quotes\"", "a secret with \"quotes\"")]
    [InlineData("\n spaces count \r\n", " spaces count ")]
    [InlineData("agentdom-", "agentdom-")]
    public void ATextWithoutTheMarkIsReadAsItIsButForLineEnds(string stored, string text) =>
        Assert.Equal(text, VaultText.Decode(stored));

    [Fact]
    public void AnEntryThatWasRemovedHasNoText()
    {
        Assert.Null(VaultText.Decode(VaultText.Removed));
        Assert.Null(VaultText.Decode(VaultText.Removed + "\r\n"));
    }

    [Theory]
    [InlineData("agentdom2-a")]
    [InlineData("agentdom2-YWJj=")]
    [InlineData("agentdom2-YWJ")]
    [InlineData("agentdom2-YW Jj")]
    [InlineData("agentdom2-_w")]
    [InlineData("agentdom3-YWJj")]
    public void AChangedTextOrOneOfALaterVersionIsRefused(string stored) =>
        Assert.Throws<JsonFormatException>(() => VaultText.Decode(stored));

    [Fact]
    public void ALoneSurrogateIsRefusedAndNotChanged() => Assert.Throws<JsonFormatException>(() => VaultText.Encode("\ud800"));
}
