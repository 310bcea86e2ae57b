using System.Text;

namespace Agentdom.Fuzz;

/// <summary>The parser of token requests: the bytes as they are, then the same body with a valid signature.</summary>
internal static class RequestTarget
{
    internal static bool Run(byte[] input)
    {
        Targets.Require(Mint(input).Status is 200 or 400 or 401 or 403, "a status that the protocol does not know");
        if (Signed(input) is not { } request) return false;

        var reply = Mint(request);
        Targets.Require(reply.Outcome is not "invalid_signature", "a valid signature was refused");
        if (reply.Status != 200) return false;
        var token = StrictJson.ParseObject(reply.Body).Text("token")!;
        var read = FuzzIssuer.Issuer.ReadTokenAsync(token).AsTask().GetAwaiter().GetResult();
        Targets.Require(read is not null, "the issuer does not know its own token");
        Targets.Require(read!.AgentId == reply.AgentId && read.Scopes.SequenceEqual(reply.Scopes), "the token says something else");
        return true;
    }

    private static IssuerReply Mint(byte[] body) => FuzzIssuer.Issuer.MintAsync(body).AsTask().GetAwaiter().GetResult();

    private static byte[]? Signed(byte[] input)
    {
        JsonObject body;
        try
        {
            body = StrictJson.ParseObject(input);
        }
        catch (JsonFormatException)
        {
            return null;
        }
        var utf8 = AtpSigner.CanonicalBytes(body, plain: null);
        var canonical = Encoding.UTF8.GetString(utf8);
        // Parsed like an answer, because requests may not contain the canonical form of a double such as 1e20 (protocol.md §2).
        var again = CanonicalJson.FromValue(StrictJson.ParseAnswer(utf8));
        Targets.Require(again == canonical, "the canonical form is not its own canonical form");
        var signed = body.Where(static member => member.Key != AtpSigner.SignatureMember).ToDictionary();
        signed[AtpSigner.SignatureMember] = AtpSigner.Sign(canonical, FuzzIssuer.Secret);
        return Encoding.UTF8.GetBytes(CanonicalJson.FromValue(signed));
    }
}
