namespace Agentdom.Fleet.Measures;

/// <summary>What is tried at the nodes and must never succeed.</summary>
internal enum ProbeKind
{
    /// <summary>A request that was granted before.</summary>
    Replay,
    /// <summary>A token that was revoked.</summary>
    RevokedToken,
    /// <summary>A token of an agent that was disabled.</summary>
    TokenOfDisabledAgent,
    /// <summary>A token request that a disabled agent has signed with its own secret.</summary>
    RequestOfDisabledAgent,
}
