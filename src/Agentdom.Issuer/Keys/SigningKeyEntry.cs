namespace Agentdom.Issuer;

/// <summary>Reads an entry of <see cref="TokenIssuerOptions.SigningKeys"/>.</summary>
internal static class SigningKeyEntry
{
    internal const string HowToMakeOne =
        "make one with 'openssl rand -base64 32', or a private key with 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256'.";

    private const string PemStart = "-----BEGIN";

    /// <returns>The key, or what is wrong with the entry, as the rest of a sentence. It does not repeat the entry.</returns>
    internal static (IssuerKey? Key, string? Problem) Read(string? entry)
    {
        if (entry?.TrimStart().StartsWith(PemStart, StringComparison.Ordinal) == true)
        {
#if NET
            return PemKey.Read(entry);
#else
            return (null, "is a private key in PEM, which only .NET 8 and later can read. Use 32 random bytes in base64.");
#endif
        }
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(entry ?? "");
        }
        catch (FormatException)
        {
            return (null, $"is not base64, and no private key in PEM; {HowToMakeOne}");
        }
        return bytes.Length < SharedSecret.MinimumBytes
            ? (null, $"has {bytes.Length} bytes and needs at least {SharedSecret.MinimumBytes}; {HowToMakeOne}")
            : (new IssuerKey(bytes), null);
    }
}
