namespace Agentdom.AspNetCore;

/// <summary>Checks tokens with the app's own issuer, so a revoked token is refused at once.</summary>
internal sealed class OwnTokens(CurrentIssuer current) : ITokenReader
{
    public RequestLimits Limits => current.Limits;

    public ValueTask<AgentToken?> ReadAsync(string token, CancellationToken cancel) => current.Issuer.ReadTokenAsync(token, cancel);
}
