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
        var backchannel = new Backchannel(options, clients, time);
        IssuerReach Reach(string subject) => new(options.IssuerName, subject, time, log);
        _options = options;
        Limits = new RequestLimits(new AgentTokenIssuerLimits(), time);
        _rules = new RemoteTokenRules(options, time);
        _metadata = new IssuerMetadata(options, backchannel, Reach("for its keys"), time);
        _introspection = new Introspection(options, _metadata, backchannel, Reach("about tokens"), time);
    }

    public RequestLimits Limits { get; }

    public async ValueTask<AcceptedToken?> ReadAsync(string token, CancellationToken cancel)
    {
        // What needs no request comes first, so that a token that is plainly invalid costs the issuer nothing.
        if (await _rules.ReadAsync(token) is not { } jwt) return null;
        if (await _metadata.FindKeyAsync(jwt.Kid, cancel) is not { } key) return null;
        if (await _rules.CheckAsync(token, key) is not { } read) return null;
        if (_options.Revocation == RevocationCheck.None) return new(read, IsUnchecked: _metadata.AreKeysOld);
        try
        {
            return await _introspection.IsActiveAsync(token, cancel) ? new(read) : null;
        }
        catch (IssuerStateException e) when (e.IsOutOfReach && _options.WhenUnavailable == UnavailableIssuer.TrustSignature)
        {
            return _introspection.MayHaveBeenInactive(token) ? null : new(read, IsUnchecked: true);
        }
    }
}
