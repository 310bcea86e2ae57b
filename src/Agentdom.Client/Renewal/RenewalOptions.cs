namespace Agentdom.Client;

/// <summary>Options of a renewal.</summary>
internal sealed record RenewalOptions
{
    /// <summary>Whether to renew tokens that are not due as well.</summary>
    public bool Force { get; init; }

    /// <summary>A token with less time left than this is due.</summary>
    public TimeSpan MinimumValidity { get; init; }

    /// <summary>Whether a token that is valid for more than 24 hours is refused. Additional scopes always are.</summary>
    public bool Strict { get; init; }

    /// <summary>How long one token may take, including the wait for other processes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether to wait while another process renews the same token. Otherwise the old token is returned.</summary>
    public bool WaitForOthers { get; init; } = true;

    /// <summary>The number of concurrent requests, 1 to 64.</summary>
    public int ThrottleLimit { get; init; } = 8;

    /// <summary>The clock that decides what is due.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Called about once a second during a wait, on the caller's thread.</summary>
    public Action? WhileWaiting { get; init; }
}
