using System.Text;
using System.Text.Json.Nodes;
using Agentdom.Tests.Support;
using CsCheck;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.Tests.Properties;

/// <summary>Invalid inputs.</summary>
internal static class Inputs
{
    /// <summary>Any characters, including lone surrogates.</summary>
    internal static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String, Gen.Char.Array[0, 40].Select(c => new string(c)), JsonValues.Text, Gen.String[Gen.Char[' ', '~'], 0, 60]);

    /// <summary>Random bytes, or a valid document with changed bytes, members or values.</summary>
    internal static Gen<byte[]> Near(string valid) => Gen.OneOf(
        Gen.Byte.Array[0, 200],
        Gen.Int.Select(seed => new Mangler(seed).Next(valid)),
        Gen.Select(Gen.Int[0, int.MaxValue], JsonValues.Any, Gen.Int).Select((at, value, seed) => WithValue(valid, at, value, seed)),
        Gen.Select(Gen.Int[0, int.MaxValue], JsonValues.Any, Gen.Int).Select((at, value, seed) => WithValue(valid, at, value, seed)));

    /// <summary>A valid text with a few characters changed, removed or inserted.</summary>
    internal static Gen<string> NearText(string valid, string alphabet) =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 2], Gen.Int[0, int.MaxValue]).Array[1, 6].Select(edits =>
        {
            var text = new StringBuilder(valid);
            foreach (var (at, kind, what) in edits)
            {
                var i = text.Length == 0 ? 0 : at % text.Length;
                if (kind < 2 && text.Length > 0) text.Remove(i, 1);
                if (kind > 0) text.Insert(i, alphabet[what % alphabet.Length]);
            }
            return text.ToString();
        });

    private static byte[] WithValue(string valid, int at, object? value, int seed)
    {
        var root = JsonNode.Parse(valid)!;
        var places = Places(root).ToArray();
        var (parent, name) = places[at % places.Length];
        // A placeholder for the value, because JsonNode cannot write every value that our writer can.
        parent[name] = "\u0001";
        return Encoding.UTF8.GetBytes(root.ToJsonString().Replace("\"\\u0001\"", JsonValues.Write(value, new Random(seed))));
    }

    private static IEnumerable<(JsonObject Parent, string Name)> Places(JsonNode? node) => node is not JsonObject members
        ? []
        : members.SelectMany(member => Places(member.Value).Prepend((members, member.Key)));
}
