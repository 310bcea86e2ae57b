namespace Agentdom.Client;

/// <summary>The outcome for one token.</summary>
internal sealed class RenewalOutcome
{
    internal RenewalOutcome(StoredToken token, bool isRenewed, AtpException? failure)
    {
        Token = token;
        IsRenewed = isRenewed;
        Failure = failure;
    }

    /// <summary>The current token: the new one, or the old one if it was not renewed.</summary>
    public StoredToken Token { get; }

    /// <summary>Whether the token is new, renewed here or by another process.</summary>
    public bool IsRenewed { get; }

    /// <summary>Why the renewal failed, or null.</summary>
    public AtpException? Failure { get; }
}
