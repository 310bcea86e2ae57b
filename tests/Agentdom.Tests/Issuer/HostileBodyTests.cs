using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Issuer;

/// <summary>What a sender without a secret can make the issuer do (protocol.md §4).</summary>
public sealed class HostileBodyTests
{
    private const int MaxValues = 128;

    [Theory]
    [InlineData(MaxValues, 200)]
    [InlineData(MaxValues + 1, 400)]
    public async Task ABodyHasAtMost128Values(int values, int status)
    {
        await using var issuer = await TestIssuer.StartAsync();
        // Four members and a scope of the protocol's, the signature, the list and what is in it.
        var body = TestIssuer.Body();
        body["list"] = Enumerable.Range(0, values - 7).ToArray();

        using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(body));
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 400) await Wire.AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData("[", ",0", "]")]
    [InlineData("[", ",2.9802322387695312e-8", "]")]
    [InlineData("[", ",[]", "]")]
    [InlineData("[", ",\"\"", "]")]
    [InlineData("[", ",{\"a\":0}", "]")]
    [InlineData("{", ",\"#\":0", "}")]
    public async Task MoreValuesAreRefusedAtAnyDepthWithoutReadingOn(string open, string part, string close)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var many = new StringBuilder();
        for (var i = 0; many.Length < 15_000; i++) many.Append(part.Replace("#", $"{i}"));
        // What follows is no JSON, so it was not read if it is not what the refusal is about.
        var body = $$"""{"signature":"{{new string('0', 64)}}","x":[[{{open}}{{many.ToString()[1..]}}{{close}}]] no JSON""";

        var refusal = await Wire.AssertRefusedAsync(await issuer.RequestTokenAsync(body), 400, "invalid_request");
        Assert.Contains("more than 128 values", refusal.GetProperty("error_description").GetString());
    }

    [Theory]
    [InlineData("/v1/agent-tokens/verify")]
    [InlineData("/v1/agent-tokens/revoke")]
    public async Task AQuestionAboutATokenIsLimitedInTheSameWay(string path)
    {
        await using var issuer = await TestIssuer.StartAsync();
        var list = string.Join(',', Enumerable.Repeat("5e-324", MaxValues));

        var refusal = await Wire.AssertRefusedAsync(
            await issuer.PostAsync(path, $$"""{"token":"x","list":[{{list}}]}"""), 400, "invalid_request");
        Assert.Contains("more than 128 values", refusal.GetProperty("error_description").GetString());
    }

    [Fact]
    public void ABodyWhoseSignatureIsNoneIsRefusedWithoutWritingItsCanonicalForm()
    {
        var issuer = new TokenIssuer(
            new TokenIssuerOptions { Secrets = { TestIssuer.SecretText }, Scopes = { "data.read" } }, new InMemoryIssuerState());
        var text = new string('x', 15_000);
        long Allocated(int digits)
        {
            var body = Encoding.UTF8.GetBytes($$"""{"text":"{{text}}","signature":"{{new string('0', digits)}}"}""");
            var before = GC.GetAllocatedBytesForCurrentThread();
            var reply = issuer.MintAsync(body).AsTask();
            var after = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(reply.IsCompletedSuccessfully);
            Assert.Equal("invalid_signature", reply.Result.Outcome);
            return after - before;
        }
        // Once for what is allocated on first use.
        _ = Allocated(64) + Allocated(63);

        // The canonical form takes 2 bytes a character as text and 1 as UTF-8.
        var (whole, cheap) = (Allocated(64), Allocated(63));
        Assert.True(whole - cheap > 3 * text.Length, $"{whole} and {cheap} bytes");
        // All that is left is the parsed text.
        Assert.InRange(cheap, 2 * text.Length, 3 * text.Length);
    }
}
