using System.Management.Automation;
using Agentdom.Jobs;

namespace Agentdom;

/// <summary>
/// Adds advice for PowerShell to a library's error. The libraries serve any .NET caller, so their own advice names no cmdlet
/// and no parameter.
/// </summary>
internal static class CmdletAdvice
{
    /// <summary>The same failure with advice for the cmdlet that failed.</summary>
    internal static AtpException For(AtpException failure, PSCmdlet? cmdlet = null)
    {
        // No advice about a parameter that the cmdlet does not have.
        bool Has(string parameter) => cmdlet is null || cmdlet.MyInvocation.MyCommand.Parameters.ContainsKey(parameter);
        var (parameter, advice) = failure.Error == AtpError.ProxyRefused ? OfProxy(failure, cmdlet) : Of(failure, Has);
        return advice is null || (parameter is not null && !Has(parameter)) ? failure : failure.WithAdvice($"{failure.Advice} {advice}");
    }

    private static (string? Parameter, string? Advice) Of(AtpException failure, Func<string, bool> has) => failure.Error switch
    {
        AtpError.SecretMissing when failure.Subject is { } host =>
            (null, $"Set-AtpSecret {host} stores it in the vault{(has("Secret") ? "; -Secret uses it for one call" : "")}."),
        AtpError.SecretMissing when failure.SubjectEntry is not null =>
            (null, "Get-AtpSecret lists the hosts that have a secret, Set-AtpSecret stores one."),
        AtpError.ScopeInvalid => ("Scope", "Use -Scope for them."),
        AtpError.PurposeInvalid => ("Purpose", "Use -Purpose for it."),
        AtpError.AgentIdInvalid => ("AgentId", "Use -AgentId for it, or the environment variable AGENTDOM_AGENT_ID."),
        AtpError.ScopeDenied => (null, "Get-AtpManifest lists them."),
        AtpError.ManifestMissing or AtpError.MethodUnsupported or AtpError.EndpointInvalid => ("Endpoint", "Use -Endpoint for it."),
        AtpError.EndpointForeign or AtpError.AudienceForeign when failure.Subject is { } host =>
            ("TrustedEndpointHost", $"Use -TrustedEndpointHost {host}."),
        AtpError.TimedOut => ("TimeoutSec", "Use -TimeoutSec to allow more time."),
        AtpError.TokenAmbiguous => ("Scope", "Use -Scope and -AgentId for them."),
        AtpError.TokenNotFound when failure.SubjectAgent is { } agent => ("AgentId", $"Use -AgentId {Word(agent)}."),
        AtpError.TokenNotFound or AtpError.TokenExpired when failure.Subject is { } host =>
            (null, $"Use Request-AtpToken {host} -Scope {Scopes(failure)}. Get-AtpToken lists what is stored."),
        AtpError.VaultEntryDamaged when failure.SubjectEntry is { } damaged => (null, $"{Removal(damaged)} removes it."),
        AtpError.VaultUnreadable when failure.SubjectEntry is { } unreadable =>
            (null, $"If only this entry cannot be read, {Removal(unreadable)} removes it."),
        AtpError.VaultEntryDamaged when failure.Subject is { } host =>
            (null, $"Set-AtpSecret {host} replaces it, Remove-AtpSecret {host} removes it."),
        AtpError.VaultKeyInvalid when failure.Subject == VaultKey.Variable => (null, "New-AtpSecret generates a key."),
        AtpError.VaultUnwritable => ("NoPersist", "Use -NoPersist to store nothing."),
        AtpError.PortTaken => ("Port", "Use -Port for it."),
        _ => (null, null),
    };

    private static (string? Parameter, string? Advice) OfProxy(AtpException failure, PSCmdlet? cmdlet)
    {
        bool IsGiven(string parameter) => cmdlet?.MyInvocation.BoundParameters.ContainsKey(parameter) == true;
        if (!IsGiven("Proxy") && !IsGiven("ProxyCredential"))
            return ("ProxyCredential", "-Proxy and -ProxyCredential set another proxy or other credentials for one call.");
        return failure.Subject is null ? default : (null, "Use -ProxyCredential for them.");
    }

    private static string Removal((string Entry, string Vault) unreadable) =>
        $"Revoke-AtpToken -EntryName {unreadable.Entry} -Vault {Word(unreadable.Vault)}";

    private static string Word(string text) =>
        text.All(static c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_')
            ? text
            : CommandText.ForPowerShell(Printable.Line(text));

    private static string Scopes(AtpException failure) => failure.SubjectScopes is { } scopes ? string.Join(",", scopes) : "…";
}
