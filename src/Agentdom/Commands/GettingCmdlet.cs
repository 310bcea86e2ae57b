using System.Collections.Concurrent;
using System.Security;

namespace Agentdom;

/// <summary>The base of cmdlets that get a valid token: the stored one, renewed if it is due, or a new one.</summary>
public abstract class GettingCmdlet : RequestingCmdlet
{
    // A token with more time left than s_comfort can still be used, so a slow renewal must not delay the script beyond s_patience.
    private static readonly TimeSpan s_comfort = TimeSpan.FromSeconds(30);

    private protected static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>How long the token must remain valid.</summary>
    private protected virtual TimeSpan Validity => TimeSpan.Zero;

    /// <summary>The time limit for a request or a renewal, in seconds.</summary>
    private protected virtual int TimeLimit => 60;

    /// <summary>Whether a token that is due is used as it is, as long as it is valid.</summary>
    private protected virtual bool RenewsNothing => false;

    /// <summary>The secret that the caller gave, or null.</summary>
    private protected virtual SecureString? GivenSecret => null;

    /// <summary>What the caller says a requested token is for, or null.</summary>
    private protected virtual string? GivenPurpose => null;

    /// <summary>The other endpoint hosts that the caller trusts, or null if the caller names none.</summary>
    private protected virtual string[]? GivenTrust => null;

    /// <summary>Requests and stores a token.</summary>
    /// <param name="host">The host.</param>
    /// <param name="scopes">The scopes.</param>
    /// <param name="store">Where to store it, or null.</param>
    /// <param name="replaced">The token that it replaces, or null. Its purpose and trusted hosts count if the caller gave none.</param>
    private protected StoredToken RequestNew(
        AtpHost host, IReadOnlyCollection<string> scopes, TokenStore? store, StoredToken? replaced = null)
    {
        var agent = replaced?.AgentId ?? store?.AgentId ?? Vaults.AgentChoice.Of(AgentId) ?? Client.AgentId.Current().Value;
        var token = Request(new TokenAcquisition
        {
            Host = host,
            TrustedEndpointHosts = GivenTrust ?? replaced?.TrustedEndpointHosts ?? [],
            Request = new TokenRequest(agent, scopes, GivenPurpose ?? replaced?.Purpose ?? ""),
        }, GivenSecret, store, TimeLimit);
        if (store is not null) Keep(store, token, TimeLimit);
        WarnOfExcess(token);
        WarnOfMissingScopes(token);
        return token;
    }

    /// <summary>A valid token: the stored one, renewed if it is due, or a new one if there is none or it cannot be renewed.</summary>
    /// <exception cref="AtpException">There is none, and no scopes are given or the host granted none.</exception>
    private protected StoredToken GetOrRequest(AtpHost host, string[]? scopes, TokenStore store)
    {
        if (FindStored(host, scopes, store) is not { } stored) return RequireValid(RequestNew(host, scopes!, store), null);
        try
        {
            return RenewIfDue(stored, store);
        }
        catch (AtpException e) when (IsWorthARequest(e, stored))
        {
            return RequireValid(RequestNew(host, stored.ScopesRequested, store, stored), null);
        }
    }

    /// <summary>The stored token of a host. Null if there is none and scopes are given, so that one can be requested.</summary>
    private protected static StoredToken? FindStored(AtpHost host, string[]? scopes, TokenStore store)
    {
        try
        {
            return store.FindOnly(host, scopes);
        }
        catch (AtpException e) when (e.Error == AtpError.TokenNotFound && scopes is not null)
        {
            return null;
        }
        catch (AtpException e) when (e.Error == AtpError.TokenNotFound && e.SubjectAgent is null)
        {
            throw new AtpException(AtpError.TokenNotFound, e.Happened,
                "Use -Scope with the scopes that the API requires, and one is requested. Get-AtpToken lists what is stored.");
        }
    }

    private protected StoredToken RenewIfDue(StoredToken stored, TokenStore store)
    {
        var isDue = RenewalPolicy.IsDue(stored, DateTimeOffset.UtcNow, Validity);
        TellLeft(stored, isDue);
        return isDue && !RenewsNothing ? RenewDue(stored, store) : RequireValid(stored, null);
    }

    /// <summary>Renews a token that is not due, because it was refused. Requests a new one if it cannot be renewed.</summary>
    /// <exception cref="AtpException">The host granted no token.</exception>
    private protected StoredToken Replace(AtpHost host, StoredToken refused, TokenStore store)
    {
        var outcome = Renew(refused, store, TimeSpan.FromSeconds(TimeLimit), force: true);
        if (outcome.Failure is { } failure)
            return IsWorthARequest(failure, refused) ? RequestNew(host, refused.ScopesRequested, store, refused) : throw failure;
        WarnOfExcess(outcome.Token);
        return outcome.Token;
    }

    /// <summary>
    /// Whether a request would differ from the renewal that failed: the entry was removed, or the renewal used an endpoint, trusted
    /// hosts or a purpose that are not what the caller wants now.
    /// </summary>
    private bool IsWorthARequest(AtpException failure, StoredToken stored) => failure.Error switch
    {
        AtpError.TokenNotFound => true,
        AtpError.SignatureRefused or AtpError.ScopeDenied or AtpError.RequestRefused or AtpError.EndpointForeign or AtpError.AudienceForeign
            or AtpError.EndpointInvalid or AtpError.IssuerFailed or AtpError.RedirectRefused or AtpError.HostNotFound =>
            stored.IsEndpointGiven || (GivenTrust is not null && !GivenTrust.SequenceEqual(stored.TrustedEndpointHosts))
                || (GivenPurpose is not null && GivenPurpose != stored.Purpose),
        _ => false,
    };

    private protected StoredToken RequireValid(StoredToken token, AtpException? renewalFailure)
    {
        var left = Left(token);
        if (left > TimeSpan.Zero && left >= Validity) return token;
        var state = left > TimeSpan.Zero
            ? $"The token for {token} expires in {TimeText.Span(left)}, sooner than -MinimumValidity allows"
            : $"The token for {token} expired at {TimeText.Moment(token.ExpiresAt)}";
        throw renewalFailure?.About(state + ", and renewing it failed") ?? new AtpException(AtpError.TokenExpired, $"{state}.",
            RenewsNothing
                ? $"Omit -NoRefresh to renew it, or get a new one with Request-AtpToken {token.Host} -Scope "
                    + $"{string.Join(",", token.ScopesRequested)}."
                : "The issuer's tokens do not live longer: lower -MinimumValidity.");
    }

    private StoredToken RenewDue(StoredToken stored, TokenStore store)
    {
        var hasTime = Left(stored) > s_comfort && Left(stored) >= Validity;
        var failure = hasTime ? FailedRenewals.Recent(stored) : null;
        if (failure is null)
        {
            var limit = TimeSpan.FromSeconds(TimeLimit);
            var outcome = Renew(stored, store, hasTime && limit > s_patience ? s_patience : limit, waitForOthers: !hasTime);
            if (outcome.Failure is null)
            {
                if (outcome.IsRenewed) WarnOfExcess(outcome.Token);
                return RequireValid(outcome.Token, null);
            }
            failure = outcome.Failure;
            FailedRenewals.Remember(stored, failure);
        }
        RequireValid(stored, failure);
        WriteWarning($"The token for {stored} is still valid but could not be renewed. {CmdletAdvice.For(failure, this).Message}");
        return stored;
    }

    private RenewalOutcome Renew(StoredToken stored, TokenStore store, TimeSpan limit, bool waitForOthers = true, bool force = false)
    {
        var messages = new ConcurrentQueue<string>();
        using var bar = NewBar();
        var renewer = new TokenRenewer(Network, store, host => FindSecret(host, GivenSecret), new RenewalOptions
        {
            Force = force,
            MinimumValidity = Validity,
            Timeout = limit,
            WaitForOthers = waitForOthers,
            WhileWaiting = () => bar.Show($"Renewing the token for {stored}", limit),
        });
        var outcome = renewer.Renew([stored], messages.Enqueue, StopToken).Single();
        foreach (var message in messages) WriteVerbose(message);
        return outcome;
    }

    private static TimeSpan Left(StoredToken token) => token.ExpiresAt - DateTimeOffset.UtcNow;
}
