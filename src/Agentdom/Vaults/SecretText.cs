using System.Collections;
using System.Management.Automation;
using System.Security;

namespace Agentdom.Vaults;

/// <summary>Reads the text of what a vault returns. Not every vault returns text in the type in which it was stored.</summary>
internal static class SecretText
{
    /// <summary>The text, or null if the value contains none.</summary>
    internal static string? Of(object? value) => value switch
    {
        PSObject wrapped => Of(wrapped.BaseObject),
        string text => text,
        SecureString secure => SecureText.Reveal(secure),
        PSCredential credential => SecureText.Reveal(credential.Password),
        byte[] bytes => OfBytes(bytes),
        IDictionary { Count: 1 } table => Of(table.Values.Cast<object?>().Single()),
        _ => null,
    };

    private static string? OfBytes(byte[] bytes)
    {
        try
        {
            return StrictJson.FromUtf8(bytes);
        }
        catch (JsonFormatException)
        {
            return null;
        }
    }
}
