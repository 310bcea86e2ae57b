using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Agentdom.Fuzz;

/// <summary>
/// The parsers of tokens: the text as it is, then its first line as a header and the rest as a payload with a valid signature,
/// because a fuzzer would not get past base64 and a MAC by itself.
/// </summary>
internal static class TokenTarget
{
    internal static bool Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        Look(text);
        var isAccepted = Read(text) is not null;

        var end = input.AsSpan().IndexOf((byte)'\n');
        if (end < 0) return isAccepted;
        var token = Signed(input[..end], input[(end + 1)..]);
        Look(token);
        if (Read(token) is null) return isAccepted;
        RequirePlain(input[..end]);
        return true;
    }

    private static AgentToken? Read(string token) => FuzzIssuer.Issuer.ReadTokenAsync(token).AsTask().GetAwaiter().GetResult();

    private static void Look(string token)
    {
        try
        {
            TokenInspector.Look(token);
            TokenInspector.Verify(token, FuzzIssuer.Secret);
            Targets.Require(false, "a token was verified under a key that did not sign it");
        }
        catch (AtpException e) when (e.Error == AtpError.TokenInvalid)
        {
            // The parser's own exception.
        }
    }

    // Parsed by the runtime, so that a fault of our parser is not hidden.
    private static void RequirePlain(byte[] header)
    {
        using var json = JsonDocument.Parse(header);
        Targets.Require(json.RootElement.GetProperty("alg").GetString() == "HS256", "another algorithm was believed");
        Targets.Require(json.RootElement.GetProperty("typ").GetString() is "at+jwt", "another type was believed");
        Targets.Require(!json.RootElement.TryGetProperty("crit", out _), "a critical header was passed over");
    }

    private static string Signed(byte[] header, byte[] payload)
    {
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(FuzzIssuer.TokenKey, Encoding.ASCII.GetBytes(signed)))}";
    }
}
