using System.Text;

namespace Agentdom.Tests.Protocol;

public sealed class JsonObjectTests
{
    private static readonly JsonObject s_sample = StrictJson.ParseObject(
        """
        {
          "text": "x", "number": 1.5, "integer": -3, "flag": false,
          "texts": ["a", "b"], "mixed": ["a", 1], "object": {"a": 1}, "nothing": null
        }
        """);

    [Fact]
    public void MembersAreReadByTheirType()
    {
        Assert.Equal("x", s_sample.Text("text"));
        Assert.Equal(1.5, s_sample.Number("number"));
        Assert.Equal(-3, s_sample.Integer("integer"));
        Assert.False(s_sample.Flag("flag"));
        Assert.Equal(["a", "b"], s_sample.Texts("texts")!);
        Assert.Equal(1, s_sample.Object("object")!.Integer("a"));
    }

    private static readonly Dictionary<string, Func<JsonObject, string, object?>> s_readers = new()
    {
        ["text"] = static (json, name) => json.Text(name),
        ["number"] = static (json, name) => json.Number(name),
        ["integer"] = static (json, name) => json.Integer(name),
        ["flag"] = static (json, name) => json.Flag(name),
        ["texts"] = static (json, name) => json.Texts(name),
        ["object"] = static (json, name) => json.Object(name),
    };

    public static TheoryData<string> Kinds => [.. s_readers.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AMissingMemberIsNull(string kind)
    {
        var read = s_readers[kind];
        Assert.NotNull(read(s_sample, kind));
        Assert.Null(read(s_sample, "missing"));
        Assert.Null(read(s_sample, kind.ToUpperInvariant()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AMemberOfAnotherTypeIsRefusedByName(string kind)
    {
        var read = s_readers[kind];
        string[] fitting = kind == "number" ? ["number", "integer"] : [kind];
        foreach (var name in s_sample.Select(static member => member.Key).Except(fitting))
        {
            var refusal = Assert.Throws<JsonFormatException>(() => read(s_sample, name));

            Assert.Contains($"'{name}'", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("1795464527000", 1795464527000)]
    [InlineData("1.0", 1)]
    [InlineData("1e3", 1000)]
    [InlineData("-0.0", 0)]
    [InlineData("9007199254740991", 9007199254740991)]
    [InlineData("-9007199254740991", -9007199254740991)]
    public void WholeNumbersAreIntegers(string number, long expected) =>
        Assert.Equal(expected, StrictJson.ParseObject($$"""{"a":{{number}}}""").Integer("a"));

    [Theory]
    [InlineData("0.5")]
    [InlineData("1e-300")]
    [InlineData("9007199254740992.0")]
    [InlineData("-9007199254740992.0")]
    [InlineData("1e300")]
    public void OtherNumbersAreNot(string number)
    {
        var json = StrictJson.ParseObject($$"""{"expires_in":{{number}}}""");

        var refusal = Assert.Throws<JsonFormatException>(() => json.Integer("expires_in"));

        Assert.Contains("'expires_in'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMemberThatIsNullIsThere()
    {
        Assert.True(s_sample.Has("nothing"));
        Assert.Null(s_sample["nothing"]);
        Assert.False(s_sample.Has("missing"));
        Assert.Null(s_sample["missing"]);
    }

    [Fact]
    public void NamesAreComparedOrdinally()
    {
        var json = StrictJson.ParseObject("""{"a":1,"A":2,"\u00e9":3,"e\u0301":4}""");

        Assert.Equal(4, json.Count);
        Assert.Equal(1, json.Integer("a"));
        Assert.Equal(2, json.Integer("A"));
        Assert.Equal(3, json.Integer("\u00e9"));
        Assert.Equal(4, json.Integer("e\u0301"));
    }

    // Answers and manifests are unsigned and come from other implementations.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void InAnAnswerNullCountsAsMissing(string kind) => Assert.Null(s_readers[kind](Answer($$"""{"{{kind}}":null}"""), kind));

    [Theory]
    [InlineData("\"3600\"", 3600)]
    [InlineData("\" -1.5e3 \"", -1500)]
    [InlineData("3600", 3600)]
    public void InAnAnswerDigitsInTextAreANumber(string json, double expected)
    {
        var answer = Answer($$"""{"a":{{json}},"inner":{"a":{{json}} } }""");

        Assert.Equal(expected, answer.Number("a"));
        Assert.Equal((long)expected, answer.Object("inner")!.Integer("a"));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"an hour\"")]
    [InlineData("\"1,5\"")]
    [InlineData("\"0x10\"")]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"1e999\"")]
    [InlineData("true")]
    public void OtherTextIsNoNumber(string json) =>
        Assert.Throws<JsonFormatException>(() => Answer($$"""{"a":{{json}}}""").Number("a"));

    [Fact]
    public void WhatIsSignedIsReadStrictly()
    {
        Assert.Throws<JsonFormatException>(() => StrictJson.ParseObject("""{"a":"3600"}""").Number("a"));
        Assert.Throws<JsonFormatException>(() => StrictJson.ParseObject("""{"a":null}""").Number("a"));
    }

    private static JsonObject Answer(string json) => StrictJson.ParseAnswer(Encoding.UTF8.GetBytes(json));
}
