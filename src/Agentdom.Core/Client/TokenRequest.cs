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
        if (!IsUnicode(Purpose))
            throw new AtpException(AtpError.PurposeInvalid, "The purpose holds half a character (a lone surrogate).", "Give -Purpose as whole characters.");
        return this with { AgentId = Identity.AgentId.Check(AgentId), Scopes = ScopeSet.Check(Scopes) };
    }

    /// <summary>Whether the text has a UTF-8 form.</summary>
    internal static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])) return false;
        }
        return true;
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
