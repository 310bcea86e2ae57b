using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Agentdom.Benchmarks.Load;

/// <summary>The agents that send the requests of a load run: they share one secret, or each has its own.</summary>
internal sealed class LoadAgents
{
    // As many ask in every run, however many are registered.
    private const int Asking = 1000;

    private readonly string[] _ids;
    private readonly string[] _secrets;
    private readonly byte[][] _keys;

    private LoadAgents(string[] ids, string[] secrets)
    {
        (_ids, _secrets) = (ids, secrets);
        _keys = Array.ConvertAll(secrets, Encoding.UTF8.GetBytes);
    }

    internal static string[] Scopes { get; } = ["data.read", "data.write"];

    /// <summary>Agents with one secret.</summary>
    internal static LoadAgents Sharing(string secret) => new(Ids(Asking), [.. Enumerable.Repeat(secret, Asking)]);

    /// <summary>Agents with secrets of their own.</summary>
    internal static LoadAgents Registered(int count)
    {
        var seed = RandomNumberGenerator.GetBytes(32);
        return new LoadAgents(
            Ids(count),
            [.. Enumerable.Range(0, count).Select(i => Convert.ToBase64String(HMACSHA256.HashData(seed, BitConverter.GetBytes(i))))]);
    }

    /// <summary>The agents in a file: their ids and secrets, a line each.</summary>
    internal static LoadAgents Read(string file)
    {
        var lines = File.ReadAllLines(file).Select(static line => line.Split(' ')).ToList();
        return new LoadAgents([.. lines.Select(static line => line[0])], [.. lines.Select(static line => line[1])]);
    }

    /// <summary>The agent of a request with this number. 1,000 agents, spread over all, have their turns.</summary>
    internal (string Id, byte[] Key) Of(int number)
    {
        var index = number % Asking * (_ids.Length / Asking);
        return (_ids[index], _keys[index]);
    }

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

    private static string[] Ids(int count) =>
        [.. Enumerable.Range(0, count).Select(static i => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))))];
}
