namespace Agentdom.AspNetCore;

/// <summary>What was to be decided, as the word that logs, metrics and traces use.</summary>
internal static class Operation
{
    internal const string Mint = "mint";
    internal const string Verify = "verify";
    internal const string Revoke = "revoke";

    /// <summary>A request to one of the app's own endpoints that presents a token.</summary>
    internal const string Accept = "accept";
}
