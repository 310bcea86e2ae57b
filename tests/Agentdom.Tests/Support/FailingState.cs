namespace Agentdom.Tests.Support;

/// <summary>
/// State that is unavailable. It is a fake, because no real store that is available on every machine can fail on demand in each
/// of the three methods separately.
/// </summary>
internal sealed class FailingState : IIssuerState
{
    /// <summary>Whether signatures can still be stored, so that tokens can be issued.</summary>
    internal bool Mints { get; init; }

    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        Mints ? new(true) : throw OutOfReach();

    public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) => throw OutOfReach();

    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        throw OutOfReach();

    private static IssuerStateException OutOfReach() => new("redis://user:password@10.0.0.7 does not answer");
}
