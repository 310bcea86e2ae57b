namespace Agentdom.Client;

/// <summary>
/// A loopback host over http and the same host over https are two hosts, each with entries of its own. Whoever asks for one of them may
/// mean the other.
/// </summary>
internal static class OtherScheme
{
    /// <summary>The error that names the host with the other scheme, or null if it has nothing either or cannot be asked.</summary>
    /// <param name="error">The error.</param>
    /// <param name="host">The host, or null if there is none.</param>
    /// <param name="happened">What is missing, as a full sentence.</param>
    /// <param name="has">Whether a host has it.</param>
    internal static AtpException? Find(AtpError error, AtpHost? host, string happened, Func<AtpHost, bool> has)
    {
        if (host?.WithOtherScheme() is not { } other) return null;
        try
        {
            var address = other.Origin.GetLeftPart(UriPartial.Authority);
            return has(other) ? new AtpException(error, $"{happened} There is one for {address}.", $"Write {address}.") : null;
        }
        catch (AtpException)
        {
            return null;
        }
    }
}
