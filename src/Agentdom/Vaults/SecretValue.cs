using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;

namespace Agentdom.Vaults;

/// <summary>
/// SecretManagement's five types, and what may stand inside a hashtable, to JSON and back. Inside a hashtable each value
/// carries its type, so that a number does not come back as text.
/// </summary>
internal static class SecretValue
{
    internal static string TypeOf(object? value) => value switch
    {
        string => VaultEntry.TextType,
        SecureString => "SecureString",
        PSCredential => "PSCredential",
        byte[] => "ByteArray",
        Hashtable => "Hashtable",
        int => "Int32",
        long => "Int64",
        double => "Double",
        bool => "Boolean",
        DateTime => "DateTime",
        null => "Null",
        _ => throw new JsonFormatException(
            $"A value of type {value.GetType().Name} cannot be kept: "
            + "give a string, SecureString, PSCredential, byte array, hashtable, number, boolean or date."),
    };

    internal static object? Write(object? value) => value switch
    {
        SecureString secure => SecureText.Reveal(secure),
        PSCredential credential => new Hashtable { ["user"] = credential.UserName, ["password"] = SecureText.Reveal(credential.Password) },
        byte[] bytes => Convert.ToBase64String(bytes),
        Hashtable table => WriteTable(table),
        // As text: a JSON number would lose the digits of a long.
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        int or long => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => value,
    };

    internal static object? Read(string type, object? value) => type switch
    {
        VaultEntry.TextType or "Boolean" or "Null" => value,
        "SecureString" => SecureText.Protect((string)value!),
        "PSCredential" when value is JsonObject credential =>
            new PSCredential(credential.Text("user"), SecureText.Protect(credential.Text("password")!)),
        "ByteArray" => Convert.FromBase64String((string)value!),
        "Hashtable" => ReadTable(value),
        "Int32" => int.Parse((string)value!, CultureInfo.InvariantCulture),
        "Int64" => long.Parse((string)value!, CultureInfo.InvariantCulture),
        "Double" => double.Parse((string)value!, CultureInfo.InvariantCulture),
        "DateTime" => DateTime.Parse((string)value!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        _ => throw new JsonFormatException($"The entry is of a type this module does not know, {type}."),
    };

    internal static Hashtable? WriteTable(Hashtable? table)
    {
        if (table is null) return null;
        var written = new Hashtable(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
        {
            var value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            written.Add(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!,
                new Hashtable { ["type"] = TypeOf(value), ["value"] = Write(value) });
        }
        return written;
    }

    internal static Hashtable ReadTable(object? table)
    {
        // As PowerShell makes its hashtables, in which the case of a key does not count.
        var read = new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (table is not JsonObject members) return read;
        foreach (var member in members)
        {
            if (member.Value is JsonObject typed) read.Add(member.Key, Read(typed.Text("type")!, typed["value"]));
        }
        return read;
    }
}
