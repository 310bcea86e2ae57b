using System.Collections;
using System.Management.Automation;

namespace Agentdom.Vaults;

/// <summary>
/// The module's own vault as a SecretManagement extension, registered with
/// <c>Register-SecretVault -Name Agentdom -ModuleName Agentdom</c>. Called by Agentdom.Extension.psm1.
/// </summary>
public static class ExtensionVault
{
    /// <summary>An entry in a list, without its secret.</summary>
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

        /// <summary>The secret's metadata.</summary>
        public Hashtable Metadata { get; }
    }

    /// <summary>The secret, or null.</summary>
    public static object? Get(string name) =>
        new FileVault().ReadEntry(name) is { } entry ? SecretValue.Read(entry.Type, entry.Value) : null;

    /// <summary>Stores a secret of any of SecretManagement's five types.</summary>
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

    /// <summary>Replaces the metadata of a secret.</summary>
    public static void SetMetadata(string name, Hashtable? metadata)
    {
        if (!new FileVault().ChangeEntry(name, entry => entry with { Metadata = SecretValue.WriteTable(metadata) })) throw NotFound(name);
    }

    /// <summary>Removes a secret.</summary>
    public static void Remove(string name)
    {
        if (!new FileVault().Remove(name)) throw NotFound(name);
    }

    /// <summary>The secrets whose names match a wildcard pattern, sorted by name.</summary>
    /// <param name="filter">The pattern, or null or empty for all.</param>
    /// <param name="warn">Called with a message for each entry that cannot be read.</param>
    public static Entry[] List(string? filter, Action<string> warn)
    {
        var pattern = WildcardPattern.Get(string.IsNullOrEmpty(filter) ? "*" : filter, WildcardOptions.IgnoreCase);
        return [.. new FileVault().ListEntries(e => warn(e.Message))
            .Where(e => pattern.IsMatch(e.Name))
            .OrderBy(static e => e.Name, StringComparer.OrdinalIgnoreCase)
            .Select(static e => new Entry(e))];
    }

    /// <summary>Checks that the vault can be written and every entry read. Throws if not.</summary>
    public static bool Test()
    {
        var vault = new FileVault();
        vault.EnsureWritable();
        vault.ListEntries(static e => throw e);
        return true;
    }

    private static AtpException NotFound(string name) => new(AtpError.SecretMissing,
        $"The vault {FileVault.VaultName} has no secret named '{name}'.", "Get-SecretInfo lists its secrets.");
}
