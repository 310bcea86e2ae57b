using System.Text;

namespace Agentdom.Fuzz;

/// <summary>
/// A real issuer with a fixed clock and empty state. A fuzzer needs the same outcome for the same input.
/// </summary>
internal static class FuzzIssuer
{
    /// <summary>When the corpus was created.</summary>
    internal static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_795_464_527_000);

    private const string SecretText = "a shared secret of more than 32 bytes";

    internal static readonly byte[] TokenKey = Encoding.UTF8.GetBytes("a signing key that has 32 bytes.");

    internal static readonly SharedSecret Secret = SharedSecret.FromText(SecretText);

    internal static readonly TokenIssuer Issuer = new(
        new TokenIssuerOptions
        {
            Secrets = { SecretText }, Scopes = { "data.read", "data.write" }, SigningKeys = { Convert.ToBase64String(TokenKey) },
        },
        new NoMemory(), new StandingClock());

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class NoMemory : IIssuerState
    {
        public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) => new(true);

        public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) => default;

        public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) => new(false);
    }
}
