namespace Agentdom.Protocol;

/// <summary>Limits of times on the wire and in the vault.</summary>
internal static class UnixTime
{
    /// <summary>The last millisecond of the year 9999, the latest that .NET can represent.</summary>
    internal const long MaxMilliseconds = 253_402_300_799_999;
}
