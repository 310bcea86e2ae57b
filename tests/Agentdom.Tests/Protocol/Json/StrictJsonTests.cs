using System.Text;

namespace Agentdom.Tests.Protocol;

public sealed class StrictJsonTests
{
    [Fact]
    public void EachKindOfValueIsReadAsItsType()
    {
        const string Text = """{"n":null,"t":true,"d":1,"s":"x","l":[1,"2"],"o":{}}""";

        var root = Assert.IsType<JsonObject>(StrictJson.Parse(Text));

        Assert.Null(root["n"]);
        Assert.Equal(true, root["t"]);
        Assert.Equal(1.0, root["d"]);
        Assert.Equal("x", root["s"]);
        Assert.Equal([1.0, "2"], Assert.IsType<List<object?>>(root["l"]));
        Assert.Empty(Assert.IsType<JsonObject>(root["o"]));
    }

    [Fact]
    public void BytesAndTextReadTheSame()
    {
        const string Text = """{"a":"Größe 😀"}""";

        Assert.Equal("Größe 😀", StrictJson.ParseObject(Text).Text("a"));
        Assert.Equal("Größe 😀", StrictJson.ParseObject(Encoding.UTF8.GetBytes(Text)).Text("a"));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("c3")]
    [InlineData("c328")]
    [InlineData("c0af")]
    [InlineData("e282")]
    [InlineData("eda080")]
    [InlineData("edb080")]
    [InlineData("f4908080")]
    [InlineData("f5808080")]
    [InlineData("ff")]
    public void InvalidUtf8IsRefusedInValuesAndNames(string hex)
    {
        var invalid = Convert.FromHexString(hex);

        AssertRefused([.. "{\"a\":\""u8, .. invalid, .. "\"}"u8]);
        AssertRefused([.. "{\""u8, .. invalid, .. "\":1}"u8]);
        AssertRefused([.. "{\"a\\n"u8, .. invalid, .. "\":\"\"}"u8]);
        AssertRefused(invalid);
    }

    [Fact]
    public void AByteOrderMarkIsRefused()
    {
        AssertRefused([0xef, 0xbb, 0xbf, .. "{}"u8]);
        AssertRefused([0xff, 0xfe, .. Encoding.Unicode.GetBytes("{}")]);
        AssertRefused(Encoding.Unicode.GetBytes("{}"));
    }

    [Fact]
    public void AnEmptyTextIsNotJson() => AssertRefused([]);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("1")]
    [InlineData("\"{}\"")]
    [InlineData("true")]
    public void IfAnObjectIsExpectedAnyOtherValueIsRefused(string text)
    {
        Assert.Throws<JsonFormatException>(() => StrictJson.ParseObject(text));
        Assert.Throws<JsonFormatException>(() => StrictJson.ParseObject(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void TheMessageContainsThePosition()
    {
        var refusal = Assert.Throws<JsonFormatException>(() => StrictJson.Parse("{\n\"a\": 1,\n\"b\" 2}"));

        Assert.Contains("line 3", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("byte 5", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"token":"hunter2"} x""")]
    [InlineData("""{"token":"hunter2" "x"}""")]
    [InlineData("""{"token":"hunter2\ud800"}""")]
    [InlineData("""{"token":"hunter2\x"}""")]
    [InlineData("""{"token":"hunter2""")]
    [InlineData("""{"hunter2":1,"hunter2":2}""")]
    public void TheExceptionRepeatsNothingOfTheStrings(string text)
    {
        var refusal = Assert.Throws<JsonFormatException>(() => StrictJson.Parse(text));

        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    private static void AssertRefused(byte[] json) => Assert.Throws<JsonFormatException>(() => StrictJson.Parse(json));
}
