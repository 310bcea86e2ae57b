namespace Agentdom.AspNetCore;

/// <summary>The operations, as named in logs, metrics and traces.</summary>
internal static class Operation
{
    internal const string Mint = "mint";
    internal const string Verify = "verify";
    internal const string Introspect = "introspect";
    internal const string Revoke = "revoke";

    internal const string ManagedIssue = "managed_issue";
    internal const string ManagedRotate = "managed_rotate";
    internal const string ManagedRevoke = "managed_revoke";
    internal const string ManagedList = "managed_list";

    /// <summary>A request with a token to one of the app's own endpoints.</summary>
    internal const string Accept = "accept";
}
