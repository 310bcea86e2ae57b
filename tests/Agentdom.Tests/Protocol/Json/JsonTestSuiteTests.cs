using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Protocol;

/// <summary>nst/JSONTestSuite: valid JSON (<c>y_</c>), invalid JSON (<c>n_</c>), and JSON that a parser may accept (<c>i_</c>).</summary>
public sealed class JsonTestSuiteTests
{
    /// <summary>Valid JSON, but two parsers may interpret it differently (protocol.md §2).</summary>
    private static readonly string[] s_refusedOnPurpose = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

    [Fact]
    public void WhatIsNoJsonIsRefusedByItselfAndAsAMemberOfARequest()
    {
        foreach (var (name, text) in Suite("n_", 188))
        {
            Assert.False(IsTaken(() => StrictJson.Parse(text)), name);
            Assert.False(IsTaken(() => SignedBody.Parse(text)), name);
            Assert.False(IsTaken(() => SignedBody.Parse(AsMember(text))), name);
        }
    }

    [Fact]
    public void WhatIsJsonIsReadByItselfAndAsAMemberOfARequest()
    {
        foreach (var (name, text) in Suite("y_", 95))
        {
            var isWanted = !s_refusedOnPurpose.Contains(name);
            Assert.True(isWanted == IsTaken(() => StrictJson.Parse(text)), name);
            Assert.True(isWanted == IsTaken(() => SignedBody.Parse(AsMember(text))), name);
        }
    }

    [Fact]
    public void EveryObjectIsReadAsARequestsBody()
    {
        var objects = Suite("y_", 95).Where(file => Encoding.UTF8.GetString(file.Value).TrimStart().StartsWith('{')).ToList();
        Assert.Equal(12, objects.Count);
        foreach (var (name, text) in objects)
            Assert.True(!s_refusedOnPurpose.Contains(name) == IsTaken(() => StrictJson.ParseObject(text)), name);
    }

    [Fact]
    public void JsonThatAParserMayAcceptIsReadOrRefused()
    {
        foreach (var (_, text) in Suite("i_", 35))
        {
            // Any exception other than the reader's own fails the test.
            IsTaken(() => StrictJson.Parse(text));
            IsTaken(() => StrictJson.ParseAnswer(text));
            IsTaken(() => SignedBody.Parse(AsMember(text)));
        }
    }

    [Fact]
    public async Task AnIssuerRefusesEverythingThatIsNotJsonWithoutFailing()
    {
        await using var issuer = await TestIssuer.StartAsync(o =>
            (o.Limits.RequestsPerMinutePerAgent, o.Limits.RequestsPerMinutePerAddress) = (null, null));
        foreach (var (_, text) in Suite("n_", 188))
        {
            using var answer = await issuer.PostAsync("/v1/agent-tokens", text);
            await Wire.AssertRefusedAsync(answer, text.Length > TokenIssuer.MaxRequestBytes ? 413 : 400, "invalid_request");
        }

        Assert.NotNull(await issuer.TokenAsync());
    }

    private static List<KeyValuePair<string, byte[]>> Suite(string prefix, int count)
    {
        var files = TestVectors.Files("json-test-suite").Where(file => file.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        Assert.Equal(count, files.Count);
        return files;
    }

    private static byte[] AsMember(byte[] text) => [.. "{\"signature\":\"\",\"x\":"u8, .. text, .. "}"u8];

    private static bool IsTaken(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (JsonFormatException)
        {
            return false;
        }
    }
}
