namespace Agentdom;

/// <summary>Who this process is to an issuer. As text it is the id.</summary>
public sealed class AgentIdentity
{
    internal AgentIdentity(AgentId agent)
    {
        Id = agent.Value;
        Source = agent.Source;
        HostName = agent.HostName;
        UserName = agent.UserName;
    }

    /// <summary>The id: 1 to 256 characters, 64 hex digits where it is this machine's fingerprint.</summary>
    public string Id { get; }

    /// <summary>Where it comes from: an environment variable, or where the machine's own id was found.</summary>
    public string Source { get; }

    /// <summary>This machine's name.</summary>
    public string HostName { get; }

    /// <summary>The user this process runs as.</summary>
    public string UserName { get; }

    /// <summary>The id.</summary>
    public override string ToString() => Id;
}
