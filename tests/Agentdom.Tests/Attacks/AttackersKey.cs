using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Attacks;

/// <summary>A key of an attacker's own, and a real server that has it as a key set at every address and counts who asks.</summary>
internal sealed class AttackersKey : IAsyncDisposable
{
    private TestHost _server = null!;
    private int _asked;

    private AttackersKey(KeyPair pair) => Pair = pair;

    internal KeyPair Pair { get; }

    internal string Address => _server.Uri("/.well-known/jwks.json").ToString();

    internal int Asked => Volatile.Read(ref _asked);

    /// <summary>Members of a token's header that bring the key along, or say where it is.</summary>
    internal IReadOnlyList<(string Name, JsonNode Value)> HeaderMembers
    {
        get
        {
            using var certificate = Pair.Certificate();
            return
            [
                ("jku", Address), ("x5u", Address), ("jwk", JsonNode.Parse(Pair.CanonicalJwk)!),
                ("x5c", new JsonArray(Convert.ToBase64String(certificate.RawData))),
                ("x5t", Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA1))),
                ("x5t#S256", Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256))), ("iss", Address),
            ];
        }
    }

    internal static async Task<AttackersKey> StartAsync(string algorithm)
    {
        var key = new AttackersKey(KeyPair.Of(algorithm));
        key._server = await TestHost.StartAsync(app => app.Map("/{**path}", () =>
        {
            Interlocked.Increment(ref key._asked);
            return Results.Text($$"""{"keys":[{{PublishedDocuments.Jwk(key.Pair)}}]}""", "application/json");
        }));
        return key;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
