namespace Agentdom.Protocol;

/// <summary>Bounds of times on the wire and in the vault.</summary>
internal static class UnixTime
{
    /// <summary>The last millisecond of the year 9999, beyond which .NET has no dates.</summary>
    internal const long MaxMilliseconds = 253_402_300_799_999;
}
