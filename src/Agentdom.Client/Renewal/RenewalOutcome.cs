namespace Agentdom.Client;

/// <summary>What became of one token.</summary>
internal sealed class RenewalOutcome
{
    internal RenewalOutcome(StoredToken token, bool isRenewed, AtpException? failure)
    {
        Token = token;
        IsRenewed = isRenewed;
        Failure = failure;
    }

    /// <summary>The token as it is now: the new one, or the old one.</summary>
    public StoredToken Token { get; }

    /// <summary>Whether it is new: renewed here or by another process meanwhile.</summary>
    public bool IsRenewed { get; }

    /// <summary>Why it was not renewed although it should have been, or null.</summary>
    public AtpException? Failure { get; }
}
