using System.Text.Json;

namespace Agentdom.Fleet.Nodes;

/// <summary>
/// The settings file that all nodes share and read again when it changes. It has the shared secrets and the registered agents.
/// </summary>
internal sealed class IssuerSettings
{
    private readonly string _path;
    private readonly string _origin;
    private readonly TimeSpan _lifetime;
    private readonly List<string> _secrets = [];
    private readonly Dictionary<string, (string Secret, bool IsDisabled)> _agents = [];

    internal IssuerSettings(string path, string origin, TimeSpan lifetime) => (_path, _origin, _lifetime) = (path, origin, lifetime);

    /// <summary>Adds a secret after the others: it is accepted, but no token is issued under it.</summary>
    internal void AddSecret(string secret) => _secrets.Add(secret);

    /// <summary>Puts a secret before the others.</summary>
    internal void PutFirst(string secret)
    {
        _secrets.Remove(secret);
        _secrets.Insert(0, secret);
    }

    internal void RemoveSecret(string secret) => _secrets.Remove(secret);

    internal void Register(string agentId, string secret) => _agents[agentId] = (secret, false);

    internal void Disable(string agentId) => _agents[agentId] = (_agents[agentId].Secret, true);

    /// <summary>Writes the file. It is replaced as a whole, because a node may be reading it.</summary>
    internal void Write()
    {
        var text = JsonSerializer.Serialize(new
        {
            AgentTokens = new
            {
                PublicOrigin = _origin,
                Scopes = new[] { "data.read" },
                TokenLifetime = _lifetime,
                AllowUnregisteredAgents = true,
                Secrets = _secrets,
                Agents = _agents.ToDictionary(
                    static agent => agent.Key,
                    static agent => new
                    {
                        AgentId = agent.Key,
                        Secrets = new[] { agent.Value.Secret },
                        Scopes = new[] { "data.read" },
                        Disabled = agent.Value.IsDisabled,
                    }),
                // All agents have the address of the proxy.
                Limits = new { RequestsPerMinutePerAddress = 100_000_000 },
            },
        });
        var next = _path + ".next";
        File.WriteAllText(next, text);
        File.Move(next, _path, overwrite: true);
    }
}
