using System.Collections;
using System.Management.Automation;

namespace Agentdom.Vaults;

/// <summary>
/// The module's own vault as SecretManagement sees it, once it is registered with
/// <c>Register-SecretVault -Name Agentdom -ModuleName Agentdom</c>. Called by Agentdom.Extension.psm1.
/// </summary>
public static class ExtensionVault
{
    /// <summary>An entry as a list shows it.</summary>
    public sealed class Entry
    {
        internal Entry(VaultEntry entry)
        {
            Name = entry.Name;
            Type = entry.Type;
            Metadata = SecretValue.ReadTable(entry.Metadata);
        }

        /// <summary>The secret's name.</summary>
        public string Name { get; }

        /// <summary>The name of its SecretManagement type, such as <c>String</c>.</summary>
        public string Type { get; }

        /// <summary>What was kept beside it.</summary>
        public Hashtable Metadata { get; }
    }

    /// <summary>The secret, or null.</summary>
    public static object? Get(string name) =>
        new FileVault().ReadEntry(name) is { } entry ? SecretValue.Read(entry.Type, entry.Value) : null;

    /// <summary>Keeps a secret of any of SecretManagement's five types.</summary>
    public static void Set(string name, object secret, Hashtable? metadata)
    {
        var value = secret is PSObject wrapped ? wrapped.BaseObject : secret;
        new FileVault().WriteEntry(new VaultEntry
        {
            Name = name,
            Type = SecretValue.TypeOf(value),
            Value = SecretValue.Write(value),
            Metadata = SecretValue.WriteTable(metadata),
        });
    }

    /// <summary>Puts other metadata beside a secret.</summary>
    public static void SetMetadata(string name, Hashtable? metadata)
    {
        if (!new FileVault().ChangeEntry(name, entry => entry with { Metadata = SecretValue.WriteTable(metadata) })) throw NotFound(name);
    }

    /// <summary>Takes a secret away.</summary>
    public static void Remove(string name)
    {
        if (!new FileVault().Remove(name)) throw NotFound(name);
    }

    /// <summary>The secrets whose names fit a wildcard pattern, by name.</summary>
    /// <param name="filter">The pattern; null or empty for all.</param>
    /// <param name="warn">Hears of each entry that cannot be read.</param>
    public static Entry[] List(string? filter, Action<string> warn)
    {
        var pattern = WildcardPattern.Get(string.IsNullOrEmpty(filter) ? "*" : filter, WildcardOptions.IgnoreCase);
        return [.. new FileVault().ListEntries(e => warn(e.Message))
            .Where(e => pattern.IsMatch(e.Name))
            .OrderBy(static e => e.Name, StringComparer.OrdinalIgnoreCase)
            .Select(static e => new Entry(e))];
    }

    /// <summary>Whether the vault can be written and every entry read; throws where it cannot.</summary>
    public static bool Test()
    {
        var vault = new FileVault();
        vault.EnsureWritable();
        vault.ListEntries(static e => throw e);
        return true;
    }

    private static AtpException NotFound(string name) => new(AtpError.SecretMissing,
        $"The vault {FileVault.VaultName} has no secret named '{name}'.", "Get-SecretInfo lists what it has.");
}
