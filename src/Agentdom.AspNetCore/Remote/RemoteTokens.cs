using Microsoft.Extensions.Logging;

namespace Agentdom.AspNetCore;

/// <summary>Checks the tokens of an issuer in another process, without a secret (protocol.md §6 and §7).</summary>
internal sealed class RemoteTokens : ITokenReader
{
    private readonly AgentTokenOptions _options;
    private readonly RemoteTokenRules _rules;
    private readonly IssuerMetadata _metadata;
    private readonly Introspection _introspection;

    public RemoteTokens(AgentTokenOptions options, IHttpClientFactory clients, TimeProvider time, ILogger<RemoteTokens> log)
    {
        var backchannel = new Backchannel(clients);
        var reach = new IssuerReach(options.IssuerName, time, log);
        _options = options;
        Limits = new RequestLimits(new AgentTokenIssuerLimits(), time);
        _rules = new RemoteTokenRules(options, time);
        _metadata = new IssuerMetadata(options, backchannel, reach, time);
        _introspection = new Introspection(options, _metadata, backchannel, reach, time);
    }

    public RequestLimits Limits { get; }

    public async ValueTask<AgentToken?> ReadAsync(string token, CancellationToken cancel)
    {
        // What needs no request comes first, so that a token that is plainly invalid costs the issuer nothing.
        if (await _rules.ReadAsync(token) is not { } jwt) return null;
        if (await _metadata.FindKeyAsync(jwt.Kid, cancel) is not { } key) return null;
        if (await _rules.CheckAsync(token, key) is not { } read) return null;
        return _options.Revocation == RevocationCheck.None || await IsActiveAsync(token, cancel) ? read : null;
    }

    private async ValueTask<bool> IsActiveAsync(string token, CancellationToken cancel)
    {
        try
        {
            return await _introspection.IsActiveAsync(token, cancel);
        }
        catch (IssuerStateException e) when (e.IsOutOfReach && _options.WhenUnavailable == UnavailableIssuer.TrustSignature)
        {
            return true;
        }
    }
}
