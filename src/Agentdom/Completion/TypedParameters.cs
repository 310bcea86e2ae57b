using System.Collections;
using System.Management.Automation;

namespace Agentdom.Completion;

/// <summary>The parameters that stand in the command already.</summary>
internal sealed class TypedParameters(IDictionary bound)
{
    /// <summary>The one vault that is meant, or null where none is named.</summary>
    internal string? Vault => Texts("Vault") is [var named, ..] ? named : Vaults.VaultFinder.NamedByEnvironment;

    /// <summary>The scopes before the one that is being typed.</summary>
    internal string[] Scopes => Texts("Scope");

    /// <summary>Whether a host is one of those that are typed; all are where none is.</summary>
    internal Func<string, bool> Hosts()
    {
        var patterns = Texts("HostName").Select(static text => new HostPattern(text)).ToList();
        return host => patterns.Count == 0 || patterns.Exists(p => p.Fits(host));
    }

    // Also a server's object, which stands for its host.
    private string[] Texts(string parameter) =>
        bound.Contains(parameter) ? LanguagePrimitives.ConvertTo<string[]>(bound[parameter]) : [];
}
