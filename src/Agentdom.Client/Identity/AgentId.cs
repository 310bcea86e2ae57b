using System.Net;

namespace Agentdom.Client;

/// <summary>
/// The agent's id: <c>AGENTDOM_AGENT_ID</c> if it is set, else lower-case hex of SHA-256 over host name, user name and
/// machine id, joined without a separator (protocol.md §9).
/// </summary>
internal sealed class AgentId
{
    /// <summary>The environment variable that overrides the fingerprint.</summary>
    public const string Variable = "AGENTDOM_AGENT_ID";

    // A failure is not cached, because its cause may be fixed while the process runs.
    private static readonly Lazy<AgentId> s_fingerprint = new(Fingerprint, LazyThreadSafetyMode.PublicationOnly);

    private AgentId(string value, string source, string hostName, string userName)
    {
        Value = value;
        Source = source;
        HostName = hostName;
        UserName = userName;
    }

    /// <summary>The id: 1 to 256 characters.</summary>
    public string Value { get; }

    /// <summary>The source of the id: the environment variable, or the source of the machine id.</summary>
    public string Source { get; }

    /// <summary>This machine's name.</summary>
    public string HostName { get; }

    /// <summary>The user that this process runs as.</summary>
    public string UserName { get; }

    /// <summary>The id of this process. The fingerprint is computed once; the environment variable is read at every call.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.AgentIdInvalid"/>: the variable has more than 256 characters;
    /// or <see cref="AtpError.VaultUnwritable"/>: there is no machine id and a random one cannot be stored.</exception>
    public static AgentId Current()
    {
        var fromVariable = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(fromVariable)) return s_fingerprint.Value;
        return new AgentId(AgentIdRule.Check(fromVariable!), Variable, Dns.GetHostName(), Environment.UserName);
    }

    private static AgentId Fingerprint()
    {
        var (machineId, source) = MachineId.Find();
        var (host, user) = (Dns.GetHostName(), Environment.UserName);
        return new AgentId(Sha256.OfText(host + user + machineId), source, host, user);
    }
}
