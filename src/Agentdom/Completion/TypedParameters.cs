using System.Collections;
using System.Management.Automation;

namespace Agentdom.Completion;

/// <summary>The parameters that are already typed.</summary>
internal sealed class TypedParameters(IDictionary bound)
{
    /// <summary>The vault from -Vault or the environment, or null.</summary>
    internal string? Vault => Texts("Vault") is [var named, ..] ? named : Vaults.VaultFinder.NamedByEnvironment;

    /// <summary>The agent from -AgentId or this process's own, or null for any.</summary>
    internal string? AgentId => Vaults.AgentChoice.Of(Texts("AgentId") is [var id, ..] ? id : null);

    /// <summary>The scopes before the one at the cursor.</summary>
    internal string[] Scopes => Texts("Scope");

    /// <summary>A filter for the typed hosts. If none is typed, it matches all.</summary>
    internal Func<string, bool> Hosts()
    {
        var patterns = Texts("HostName").Concat(Texts("Uri").Select(HostOf)).Select(static text => new HostPattern(text)).ToList();
        return host => patterns.Count == 0 || patterns.Exists(p => p.Fits(host));
    }

    private static string HostOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : address;

    // Conversion accepts a server object as its host.
    private string[] Texts(string parameter) =>
        bound.Contains(parameter) ? LanguagePrimitives.ConvertTo<string[]>(bound[parameter]) : [];
}
