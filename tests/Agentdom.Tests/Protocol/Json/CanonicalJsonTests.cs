using System.Globalization;
using System.Collections;
using System.Collections.Specialized;

namespace Agentdom.Tests.Protocol;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData(" \t\r\n{ \"a\" : [ 1 , { } , [ ] ] } \n", """{"a":[1,{},[]]}""")]
    [InlineData("""{"b":1,"a":2,"A":3,"":4,"aa":5,"10":6,"2":7}""", """{"":4,"10":6,"2":7,"A":3,"a":2,"aa":5,"b":1}""")]
    [InlineData("""{"b":{"d":1,"c":2},"a":[{"z":1,"y":2}]}""", """{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}""")]
    [InlineData("[3,1,2]", "[3,1,2]")]
    [InlineData("""{"ö":1,"z":2,"ß":3,"€":4}""", """{"z":2,"ß":3,"ö":1,"€":4}""")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", "null")]
    public void WhiteSpaceGoesAndMembersAreSorted(string text, string expected) =>
        Assert.Equal(expected, CanonicalJson.FromText(text));

    [Fact]
    public void MembersAreSortedByUtf16CodeUnitNotByCodePoint()
    {
        // U+1F602 is the larger code point, but as D83D DE02 it sorts first.
        var canonical = CanonicalJson.FromText("""{"\ufb33":1,"\ud83d\ude02":2,"\u20ac":3}""");

        Assert.Equal("{\"\u20ac\":3,\"\ud83d\ude02\":2,\"\ufb33\":1}", canonical);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void AnyNumberOfMembersIsSortedAndNoneMayOccurTwice(int count)
    {
        var random = new Random(count);
        var members = Enumerable.Range(0, count).Select(static i => $"{"aZ_é€"[i % 5]}{i}").OrderBy(_ => random.Next()).ToList();
        var sorted = members.Order(StringComparer.Ordinal).Select(static name => $"\"{name}\":\"{name}\"");
        var expected = $$"""{{{string.Join(',', sorted)}}}""";

        Assert.Equal(expected, CanonicalJson.FromText($$"""{{{string.Join(',', members.Select(static n => $"\"{n}\":\"{n}\""))}}}"""));
        Assert.Equal(expected, CanonicalJson.FromValue(new Hashtable(members.ToDictionary(static n => n, static n => n))));

        // Two keys whose names are equal only once they are unwrapped.
        var twice = new Hashtable(members.ToDictionary(static n => (object)n, static n => n)) { [1] = "", [2] = "" };
        Assert.Throws<JsonFormatException>(() => AtpSigner.CanonicalBytes(twice, static v => v is int ? "twice" : v));
    }

    [Theory]
    [InlineData("Größe", "\"Größe\"")]
    [InlineData("plain, then \"", "\"plain, then \\\"\"")]
    [InlineData("plain, then \u0001 and \U0001f600 and plain", "\"plain, then \\u0001 and \U0001f600 and plain\"")]
    [InlineData("", "\"\"")]
    public void WhatFollowsPlainTextIsEscapedToo(string value, string expected) =>
        Assert.Equal(expected, CanonicalJson.FromValue(value));

    [Fact]
    public void ALoneSurrogateAfterPlainTextIsRefused() =>
        Assert.Throws<JsonFormatException>(() => CanonicalJson.FromValue("plain \ud800 text"));

    [Theory]
    [InlineData("""
        "\"\\\/\b\f\n\r\t"
        """, """
        "\"\\/\b\f\n\r\t"
        """)]
    [InlineData("""
        "\u0000\u0001\u000B\u001f"
        """, """
        "\u0000\u0001\u000b\u001f"
        """)]
    [InlineData("""
        "\u0008\u0009\u000a\u000c\u000d\u0022\u005c\u002f"
        """, """
        "\b\t\n\f\r\"\\/"
        """)]
    [InlineData("""
        "\u0041\u00e9\u20AC\ud83d\ude00"
        """, "\"Aé€😀\"")]
    [InlineData("""
        "<>&'+\u007f\u0080\u2028\u2029\ufeff"
        """, "\"<>&'+\u007f\u0080\u2028\u2029\ufeff\"")]
    [InlineData("\"e\u0301\"", "\"e\u0301\"")]
    public void StringsEscapeOnlyWhatTheyMust(string text, string expected) =>
        Assert.Equal(expected, CanonicalJson.FromText(text));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("0e10", "0")]
    [InlineData("1e-400", "0")]
    [InlineData("1", "1")]
    [InlineData("-1", "-1")]
    [InlineData("1.0", "1")]
    [InlineData("10.50", "10.5")]
    [InlineData("100", "100")]
    [InlineData("1E2", "100")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000012", "0.0000012")]
    [InlineData("1e-6", "0.000001")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("0.00000012", "1.2e-7")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("0.1", "0.1")]
    [InlineData("0.30000000000000004", "0.30000000000000004")]
    [InlineData("1795464527000", "1795464527000")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("-9007199254740991", "-9007199254740991")]
    [InlineData("9007199254740992.0", "9007199254740992")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("123456789012345678901e0", "123456789012345680000")]
    [InlineData("999999999999999900000e0", "999999999999999900000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1.5e21", "1.5e+21")]
    [InlineData("1E30", "1e+30")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("2.2250738585072014e-308", "2.2250738585072014e-308")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("-1.7976931348623157e+308", "-1.7976931348623157e+308")]
    [InlineData("-1e-7", "-1e-7")]
    [InlineData("5.684341886080801486968994140625e-14", "5.684341886080802e-14")]
    public void NumbersLookAsEcmaScriptWritesThem(string text, string expected) =>
        Assert.Equal(expected, CanonicalJson.FromText(text));

    [Theory]
    [InlineData("""{"a":1,"a":1}""")]
    [InlineData("""{"a":1,"b":2,"\u0061":3}""")]
    [InlineData("""[{"x":{"a":1,"a":2}}]""")]
    [InlineData("""{"signature":"a","signature":"b"}""")]
    public void AMemberNamedTwiceIsRefused(string text) => AssertRefused(text);

    [Theory]
    [InlineData("""
        "\ud800"
        """)]
    [InlineData("""
        "\udc00"
        """)]
    [InlineData("""
        "\ude00\ud83d"
        """)]
    [InlineData("""
        "\ud83d\ud83d\ude00"
        """)]
    [InlineData("""
        "\ud83dx"
        """)]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a\udfff":1}""")]
    public void AnEscapedLoneSurrogateIsRefused(string text) => AssertRefused(text);

    // As numbers, because an attribute cannot contain a lone surrogate.
    [Theory]
    [InlineData(0xd800)]
    [InlineData(0xdbff)]
    [InlineData(0xdc00)]
    [InlineData(0xdfff)]
    public void ARawLoneSurrogateIsRefused(int surrogate)
    {
        AssertRefused($"\"{(char)surrogate}\"");
        AssertRefused($"{{\"a{(char)surrogate}\":1}}");
        AssertValueRefused($"a{(char)surrogate}b");
        AssertValueRefused((char)surrogate);
        AssertValueRefused(new Dictionary<string, object?> { [$"{(char)surrogate}"] = 1 });
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1.8e308")]
    [InlineData("[1e999]")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    public void ANumberThatIsNotFiniteIsRefused(string text) => AssertRefused(text);

    [Theory]
    [InlineData("9007199254740992")]
    [InlineData("-9007199254740992")]
    [InlineData("9007199254740993")]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("9223372036854775808")]
    [InlineData("100000000000000000000000000")]
    [InlineData("""{"a":[18446744073709551616]}""")]
    public void AnIntegerThatWouldLoseDigitsIsRefused(string text) => AssertRefused(text);

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void ThirtyTwoLevelsAreAcceptedAndOneMoreIsNot(string open, string close)
    {
        var accepted = Nested(open, close, 32);

        Assert.Equal(accepted, CanonicalJson.FromText(accepted));
        AssertRefused(Nested(open, close, 33));
        AssertRefused(Nested(open, close, 100_000));
    }

    [Fact]
    public void ObjectsAndArraysCountTogether()
    {
        var accepted = Nested("[{\"a\":", "}]", 16);

        Assert.Equal(accepted, CanonicalJson.FromText(accepted));
        AssertRefused($"[{accepted}]");
        AssertRefused($"{{\"a\":{accepted}}}");
    }

    [Fact]
    public void ValuesAreNestedNoDeeperThanTexts()
    {
        object? list = 1;
        object? dictionary = 1;
        for (var i = 0; i < 32; i++)
        {
            list = new[] { list };
            dictionary = new Hashtable { ["a"] = dictionary };
        }

        Assert.Equal(Nested("[", "]", 32), CanonicalJson.FromValue(list));
        Assert.Equal(Nested("{\"a\":", "}", 32), CanonicalJson.FromValue(dictionary));
        AssertValueRefused(new[] { list });
        AssertValueRefused(new Hashtable { ["a"] = dictionary });
        AssertValueRefused(new Hashtable { ["a"] = list });
        AssertValueRefused(new[] { dictionary });
    }

    [Fact]
    public void AListThatHoldsItselfIsRefused()
    {
        var list = new ArrayList();
        list.Add(list);

        AssertValueRefused(list);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("{}{}")]
    [InlineData("1 2")]
    [InlineData("{} x")]
    [InlineData("[1]]")]
    [InlineData("null,")]
    [InlineData("// c\n1")]
    [InlineData("/* c */ 1")]
    [InlineData("1 // c")]
    [InlineData("[1,/* c */2]")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1,,2]")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a"}""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"a":1""")]
    [InlineData("{a:1}")]
    [InlineData("{1:1}")]
    [InlineData("{'a':1}")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("\"")]
    [InlineData("\"\t\"")]
    [InlineData("\"\n\"")]
    [InlineData("\"\0\"")]
    [InlineData("""
        "\x41"
        """)]
    [InlineData("""
        "\u12"
        """)]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("-")]
    [InlineData("0x10")]
    [InlineData("True")]
    [InlineData("tru")]
    [InlineData("undefined")]
    [InlineData("\u00a01")]
    [InlineData("\ufeff1")]
    [InlineData("\ufeff{}")]
    public void WhatIsNoJsonIsRefused(string text) => AssertRefused(text);

    public static TheoryData<object?, string> Values => new()
    {
        { null, "null" },
        { true, "true" },
        { false, "false" },
        { "a\"\n€", "\"a\\\"\\n€\"" },
        { "", "\"\"" },
        { 'x', "\"x\"" },
        { '\\', "\"\\\\\"" },
        { byte.MaxValue, "255" },
        { sbyte.MinValue, "-128" },
        { short.MinValue, "-32768" },
        { ushort.MaxValue, "65535" },
        { int.MinValue, "-2147483648" },
        { uint.MaxValue, "4294967295" },
        { 9_007_199_254_740_991L, "9007199254740991" },
        { -9_007_199_254_740_991L, "-9007199254740991" },
        { 9_007_199_254_740_991UL, "9007199254740991" },
        { 9_007_199_254_740_991m, "9007199254740991" },
        { 0.1f, "0.1" },
        { 16_777_216f, "16777216" },
        { float.MaxValue, "3.4028235e+38" },
        { -0.0, "0" },
        { -0.0f, "0" },
        { 0.1, "0.1" },
        { 100.0, "100" },
        { 1e21, "1e+21" },
        { double.Epsilon, "5e-324" },
        { 1.50m, "1.5" },
        { 100.00m, "100" },
        { -0.0000001m, "-1e-7" },
        { 0.1234567890123456789m, "0.12345678901234568" },
        { Array.Empty<object>(), "[]" },
        { new[] { 3, 1, 2 }, "[3,1,2]" },
        { new ArrayList { "a", 1, null, true }, "[\"a\",1,null,true]" },
        { new List<string> { "data.read", "data.write" }, "[\"data.read\",\"data.write\"]" },
        { Enumerable.Range(1, 3), "[1,2,3]" },
        { new Hashtable(), "{}" },
        {
            new Hashtable { ["b"] = 1, ["a"] = new Hashtable { ["d"] = null, ["c"] = 'c' } },
            """{"a":{"c":"c","d":null},"b":1}"""
        },
        { new OrderedDictionary { ["z"] = 1, ["a"] = new[] { 0.5 } }, """{"a":[0.5],"z":1}""" },
        { new Dictionary<string, int> { ["z"] = 1, ["a"] = 2 }, """{"a":2,"z":1}""" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void ValuesHaveTheFormOfTheirJson(object? value, string expected)
    {
        Assert.Equal(expected, CanonicalJson.FromValue(value));
        Assert.Equal(expected, CanonicalJson.FromText(expected));
    }

    [Fact]
    public void ReadingAndWritingValuesAgreesWithCanonicalisingTheText()
    {
        const string Text = """{ "b": [1.50, "\u0041", {"y": null, "x": -0}], "a": 1e21, "\ud83d\ude00": true }""";

        var value = new Hashtable
        {
            ["a"] = 1e21,
            ["😀"] = true,
            ["b"] = new object[] { 1.5m, 'A', new Dictionary<string, object?> { ["x"] = 0, ["y"] = null } },
        };

        Assert.Equal(CanonicalJson.FromText(Text), CanonicalJson.FromValue(value));
        Assert.Equal(CanonicalJson.FromText(Text), CanonicalJson.FromValue(StrictJson.Parse(Text)));
    }

    public static TheoryData<object> ValuesWithoutJson =>
    [
        new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc),
        DateTimeOffset.UnixEpoch,
        TimeSpan.FromSeconds(1),
        DayOfWeek.Monday,
        Guid.Empty,
        new Uri("https://api.example.com/"),
        new object(),
        new Version(1, 2),
    ];

    [Theory]
    [MemberData(nameof(ValuesWithoutJson), DisableDiscoveryEnumeration = true)]
    public void AValueWithoutAJsonFormIsRefusedByTheNameOfItsType(object value)
    {
        Assert.Contains(value.GetType().Name, AssertValueRefused(value).Message, StringComparison.Ordinal);
        Assert.Contains(value.GetType().Name, AssertValueRefused(new[] { value }).Message, StringComparison.Ordinal);
    }

    public static TheoryData<object> NumbersWithoutJson =>
    [
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, float.NaN, float.PositiveInfinity,
        9_007_199_254_740_992L, -9_007_199_254_740_992L, long.MinValue, long.MaxValue,
        9_007_199_254_740_992UL, ulong.MaxValue, 9_007_199_254_740_992m, decimal.MinValue, decimal.MaxValue,
    ];

    [Theory]
    [MemberData(nameof(NumbersWithoutJson), DisableDiscoveryEnumeration = true)]
    public void ANumberThatJsonCannotHoldIsRefused(object value) => AssertValueRefused(value);

    [Fact]
    public void AMemberNameThatIsNoStringIsRefusedByTheNameOfItsType()
    {
        var refusal = AssertValueRefused(new Hashtable { [1] = "one" });

        Assert.Contains("Int32", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheOutermostMemberIsLeftOut()
    {
        var value = new Hashtable
        {
            ["signature"] = "outer",
            ["Signature"] = "other case",
            ["a"] = new Hashtable { ["signature"] = "inner" },
            ["b"] = new[] { new Hashtable { ["signature"] = "listed" } },
        };
        const string Expected =
            """{"Signature":"other case","a":{"signature":"inner"},"b":[{"signature":"listed"}]}""";

        Assert.Equal(Expected, AtpSigner.CanonicalBody(value));
        Assert.Equal(Expected, AtpSigner.CanonicalBody(CanonicalJson.FromValue(value)));
    }

    [Fact]
    public void LeavingOutTheOnlyMemberLeavesAnEmptyObject() =>
        Assert.Equal("{}", AtpSigner.CanonicalBody(new Hashtable { ["signature"] = "x" }));

    private static string Nested(string open, string close, int times) =>
        string.Concat(Enumerable.Repeat(open, times)) + "1" + string.Concat(Enumerable.Repeat(close, times));

    private static void AssertRefused(string text) =>
        Assert.Throws<JsonFormatException>(() => CanonicalJson.FromText(text));

    private static JsonFormatException AssertValueRefused(object? value) =>
        Assert.Throws<JsonFormatException>(() => CanonicalJson.FromValue(value));

    [Theory]
    [InlineData(-25, "2.9802322387695312e-8")]
    [InlineData(-958, "4.1045368012983762e-289")]
    [InlineData(-1017, "7.120236347223045e-307")]
    public void APowerOfTwoThatTheRuntimeWritesWrongIsWrittenAsECMAScriptDoes(int exponent, string expected) =>
        Assert.Equal(expected, CanonicalJson.FromValue(Math.ScaleB(1, exponent)));

    [Fact]
    public void EveryFormReadsBackAndIsTheOneFoundOnWindowsPowerShell()
    {
        var doubles = Enumerable.Range(-1074, 2098).Select(static e => Math.ScaleB(1, e))
            .SelectMany(static p => new[] { p, -p, Math.BitIncrement(p), Math.BitDecrement(p) })
            .Where(static d => d != 0 && double.IsFinite(d));

        Assert.All(doubles, static d =>
        {
            var written = CanonicalJson.FromValue(d);
            Assert.Equal(d, double.Parse(written, CultureInfo.InvariantCulture));
            // Compares the arithmetic for .NET Framework with this runtime's own result.
            Assert.Equal(Digits(written), Digits(JsonNumber.ShortestByArithmetic(d)));
        });

        static string Digits(string text) => text.Split('e', 'E')[0].Replace(".", "").Replace("-", "").Trim('0');
    }
}
