namespace Agentdom;

/// <summary>The identity of this process to an issuer. <see cref="ToString"/> returns the id.</summary>
public sealed class AgentIdentity
{
    internal AgentIdentity(AgentId agent)
    {
        Id = agent.Value;
        Source = agent.Source;
        HostName = agent.HostName;
        UserName = agent.UserName;
    }

    /// <summary>The id, 1 to 256 characters. It has 64 hex digits if it is this machine's fingerprint.</summary>
    public string Id { get; }

    /// <summary>The source of the id: an environment variable, or the place where the machine id was found.</summary>
    public string Source { get; }

    /// <summary>The name of this machine.</summary>
    public string HostName { get; }

    /// <summary>The user this process runs as.</summary>
    public string UserName { get; }

    /// <summary>The id.</summary>
    public override string ToString() => Id;
}
