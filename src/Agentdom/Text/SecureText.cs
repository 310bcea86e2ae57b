using System.Net;
using System.Runtime.InteropServices;
using System.Security;

namespace Agentdom;

/// <summary>Between SecureString, which PowerShell shows to nobody, and what the protocol needs.</summary>
internal static class SecureText
{
    internal static SecureString Protect(string text)
    {
        // In one step: character by character it takes as long as making the text did.
        var secure = new NetworkCredential("", text).SecurePassword;
        secure.MakeReadOnly();
        return secure;
    }

    internal static string Reveal(SecureString secure)
    {
        var pointer = Marshal.SecureStringToGlobalAllocUnicode(secure);
        try
        {
            return Marshal.PtrToStringUni(pointer, secure.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
        }
    }

    internal static SharedSecret ToSecret(SecureString secure) => SharedSecret.FromText(Reveal(secure));
}
