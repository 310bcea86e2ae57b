namespace Agentdom.Tests.Support;

/// <summary>
/// State that is out of reach. A fake: no store that tests can have on every machine fails on demand, at each of the
/// three calls apart from the others.
/// </summary>
internal sealed class FailingState : IIssuerState
{
    /// <summary>Whether signatures are still remembered, so that there are tokens to ask about.</summary>
    internal bool Mints { get; init; }

    public ValueTask<bool> TryRememberAsync(byte[] signature, DateTimeOffset until, CancellationToken cancel) =>
        Mints ? new(true) : throw OutOfReach();

    public ValueTask RevokeAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) => throw OutOfReach();

    public ValueTask<bool> IsRevokedAsync(string tokenId, DateTimeOffset until, CancellationToken cancel) =>
        throw OutOfReach();

    private static IssuerStateException OutOfReach() => new("redis://user:password@10.0.0.7 does not answer");
}
