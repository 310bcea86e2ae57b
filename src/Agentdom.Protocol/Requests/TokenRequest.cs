namespace Agentdom.Protocol;

/// <summary>What an agent asks for (protocol.md §4). An instance is always within the protocol's limits.</summary>
internal sealed class TokenRequest
{
    /// <summary>The maximum length of a purpose in characters (Unicode code points).</summary>
    internal const int MaxPurposeLength = 1024;

    /// <summary>Makes a request.</summary>
    /// <param name="agentId">1 to 256 characters.</param>
    /// <param name="scopes">1 to 64 scope-tokens. Duplicates count once.</param>
    /// <param name="purpose">What the token is for, as shown in the issuer's audit log; 0 to 1,024 characters.</param>
    /// <exception cref="AtpException"><see cref="AtpError.AgentIdInvalid"/>, <see cref="AtpError.ScopeInvalid"/> or
    /// <see cref="AtpError.PurposeInvalid"/></exception>
    internal TokenRequest(string agentId, IEnumerable<string> scopes, string purpose)
    {
        Purpose = CheckPurpose(purpose);
        AgentId = AgentIdRule.Check(agentId);
        Scopes = ScopeSet.Check(scopes);
    }

    internal string AgentId { get; }

    internal IReadOnlyList<string> Scopes { get; }

    internal string Purpose { get; }

    private static string CheckPurpose(string purpose)
    {
        var length = UnicodeText.Length(purpose);
        if (length > MaxPurposeLength)
            throw new AtpException(AtpError.PurposeInvalid,
                $"A purpose has at most {MaxPurposeLength} characters; this one has {length}.", "Use a shorter purpose.");
        if (!UnicodeText.IsValid(purpose))
            throw new AtpException(AtpError.PurposeInvalid,
                "The purpose contains half a character (a lone surrogate).", "Use whole characters.");
        return purpose;
    }
}
