using System.Net;
using System.Runtime.InteropServices;
using System.Security;

namespace Agentdom;

/// <summary>Converts between SecureString, which PowerShell does not display, and the types of the protocol.</summary>
internal static class SecureText
{
    internal static SecureString Protect(string text)
    {
        // In one step, because appending single characters is slow.
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
