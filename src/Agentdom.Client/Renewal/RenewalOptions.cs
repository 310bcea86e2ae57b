namespace Agentdom.Client;

/// <summary>What is renewed, and how.</summary>
internal sealed record RenewalOptions
{
    /// <summary>Renews what is not due as well.</summary>
    public bool Force { get; init; }

    /// <summary>Counts tokens with less left than this as due, and then insists on a new one.</summary>
    public TimeSpan MinimumValidity { get; init; }

    /// <summary>How long one token may take, waiting for other processes included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether to wait where another process is renewing the same token; else the old one is given.</summary>
    public bool WaitForOthers { get; init; } = true;

    /// <summary>How many requests run side by side: 1 to 64.</summary>
    public int ThrottleLimit { get; init; } = 8;

    /// <summary>Called about each second while it waits, on the caller's thread.</summary>
    public Action? WhileWaiting { get; init; }
}
