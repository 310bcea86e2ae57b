namespace Agentdom.Core.Client;

/// <summary>What an agent asks for (protocol.md §4).</summary>
public sealed record TokenRequest
{
    /// <summary>The most characters (Unicode code points) of a purpose.</summary>
    public const int MaxPurposeLength = 1024;

    /// <summary>1 to 256 characters.</summary>
    public required string AgentId { get; init; }

    /// <summary>1 to 64 scope-tokens.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>What the token is for, as the issuer's audit shows it; 0 to 1,024 characters.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>The same request, once all of it is within the wire's bounds.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.AgentIdInvalid"/>, <see cref="AtpError.ScopeInvalid"/> or
    /// <see cref="AtpError.PurposeInvalid"/></exception>
    public TokenRequest Checked()
    {
        if (CodePoints(Purpose) > MaxPurposeLength)
            throw new AtpException(AtpError.PurposeInvalid,
                $"A purpose has at most {MaxPurposeLength} characters; this one has {CodePoints(Purpose)}.", "Give a shorter -Purpose.");
        return this with { AgentId = Identity.AgentId.Check(AgentId), Scopes = ScopeSet.Check(Scopes) };
    }

    internal static int CodePoints(string text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c)) count--;
        }
        return count;
    }
}
