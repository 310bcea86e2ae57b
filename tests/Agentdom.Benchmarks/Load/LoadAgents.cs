using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Agentdom.Benchmarks.Load;

/// <summary>The agents that send the requests of a load run: they share one secret, or each has its own.</summary>
internal sealed class LoadAgents
{
    private readonly string[] _ids;
    private readonly string[] _secrets;
    private readonly byte[][] _keys;

    private LoadAgents(int count, Func<int, string> secretOf)
    {
        _ids = [.. Enumerable.Range(0, count).Select(static i => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))))];
        _secrets = [.. Enumerable.Range(0, count).Select(secretOf)];
        _keys = Array.ConvertAll(_secrets, Encoding.UTF8.GetBytes);
    }

    internal static string[] Scopes { get; } = ["data.read", "data.write"];

    /// <summary>1,000 agents with one secret.</summary>
    internal static LoadAgents Sharing(string secret) => new(1000, _ => secret);

    /// <summary>Agents with secrets of their own.</summary>
    internal static LoadAgents Registered(int count)
    {
        var seed = RandomNumberGenerator.GetBytes(32);
        return new LoadAgents(count, i => Convert.ToBase64String(HMACSHA256.HashData(seed, BitConverter.GetBytes(i))));
    }

    /// <summary>The agent of a request with this number. Each agent has its turn.</summary>
    internal (string Id, byte[] Key) Of(int number) => (_ids[number % _ids.Length], _keys[number % _ids.Length]);

    /// <summary>The sample issuer's configuration that registers all of them.</summary>
    internal void WriteSettings(string file)
    {
        using var stream = File.Create(file);
        JsonSerializer.Serialize(stream, new
        {
            AgentTokens = new
            {
                SigningKeys = new[] { Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) },
                Agents = _ids.Select((id, i) => new { AgentId = id, Secrets = new[] { _secrets[i] }, Scopes }),
            },
        });
    }
}
