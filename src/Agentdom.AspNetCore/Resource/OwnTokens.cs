namespace Agentdom.AspNetCore;

/// <summary>Checks tokens with the app's own issuer, so a revoked token is refused at once.</summary>
internal sealed class OwnTokens(CurrentIssuer current) : ITokenReader
{
    public RequestLimits Limits => current.Limits;

    public async ValueTask<AcceptedToken?> ReadAsync(string token, CancellationToken cancel) =>
        await current.Issuer.ReadTokenAsync(token, cancel) is { } read ? new(read) : null;
}
