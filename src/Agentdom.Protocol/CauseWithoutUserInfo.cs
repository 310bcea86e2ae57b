using System.Collections;

namespace Agentdom.Protocol;

/// <summary>
/// Stands in for an inner exception that repeats an address with user name and password. The runtime does this with the address of
/// a proxy.
/// </summary>
internal sealed class CauseWithoutUserInfo : Exception
{
    private CauseWithoutUserInfo(Exception cause)
        : base($"{cause.GetType()}: {Printable.WithoutUserInfo(cause.Message)}", Of(cause.InnerException))
    {
    }

    /// <summary>The exception itself, or its stand-in if it or one of its inner exceptions has such an address.</summary>
    internal static Exception? Of(Exception? cause) => cause is not null && HasUserInfo(cause) ? new CauseWithoutUserInfo(cause) : cause;

    private static bool HasUserInfo(Exception cause)
    {
        // The text has the messages of all inner exceptions.
        if (HasUserInfo(cause.ToString())) return true;
        foreach (var e in ExceptionChain.Of(cause))
        {
            foreach (DictionaryEntry entry in e.Data)
            {
                if (HasUserInfo($"{entry.Key} {entry.Value}")) return true;
            }
        }
        return false;
    }

    private static bool HasUserInfo(string text) => Printable.WithoutUserInfo(text) != text;
}
