using Microsoft.IdentityModel.JsonWebTokens;

namespace Agentdom.AspNetCore;

/// <summary>Checks the tokens of an issuer in another process, without a secret (protocol.md §6 and §7).</summary>
internal sealed class RemoteTokens(
    AgentTokenOptions options, IssuerMetadata metadata, Introspection introspection, TimeProvider time) : ITokenReader, IDisposable
{
    private readonly RemoteTokenRules _rules = new(options, time);

    public RequestLimits Limits { get; } = new(new AgentTokenIssuerLimits());

    public async ValueTask<AgentToken?> ReadAsync(string token, CancellationToken cancel)
    {
        // What needs no request comes first, so that a token that is plainly invalid costs the issuer nothing.
        if (_rules.Read(token) is not { } jwt) return null;
        if (await metadata.FindKeyAsync(jwt.Kid, cancel) is not { } key) return null;
        if (await _rules.CheckAsync(token, key) is not { } read) return null;
        return options.Revocation == RevocationCheck.None || await IsActiveAsync(read, token, cancel) ? read : null;
    }

    public void Dispose() => Limits.Dispose();

    private async ValueTask<bool> IsActiveAsync(AgentToken token, string text, CancellationToken cancel)
    {
        try
        {
            return await introspection.IsActiveAsync(token, text, cancel);
        }
        catch (IssuerStateException e) when (e.IsOutOfReach && options.WhenUnavailable == UnavailableIssuer.TrustSignature)
        {
            return true;
        }
    }
}
