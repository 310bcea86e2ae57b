using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Agentdom.AspNetCore;

/// <summary>
/// Authenticates requests by the agent token in their Authorization header (RFC 6750).
/// </summary>
/// <remarks>
/// A valid token is accepted however many requests its address has sent, so that others behind the same proxy cannot lock it out.
/// The base class would write two lines for each refusal, without a bound. The audit has these events.
/// </remarks>
internal sealed class AgentTokenHandler(
    IOptionsMonitor<AgentTokenOptions> options, UrlEncoder encoder, ITokenReader tokens, IssuerTelemetry telemetry)
    : AuthenticationHandler<AgentTokenOptions>(options, NullLoggerFactory.Instance, encoder)
{
    private const string Prefix = "Bearer ";

    // Another scheme may accept the request, so an invalid token is recorded only once the request is refused.
    private Decision? _invalidToken;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || !header[0]!.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();

        using var decision = new Decision(Operation.Accept);
        AcceptedToken? accepted;
        try
        {
            accepted = await tokens.ReadAsync(header[0]![Prefix.Length..].Trim(), Context.RequestAborted);
        }
        catch (IssuerStateException e)
        {
            Record(decision.IsRefused("temporarily_unavailable", stateFailure: e));
            return AuthenticateResult.Fail(e);
        }
        if (accepted is not { } read)
        {
            _invalidToken = decision.IsRefused("invalid_token");
            return AuthenticateResult.Fail("The token is not from this issuer, has expired, or was revoked.");
        }
        var token = read.Token;
        Record(decision.IsAccepted(token, read.IsUnchecked));

        var identity = new ClaimsIdentity(Scheme.Name, AgentTokenDefaults.AgentIdClaimType, ClaimsIdentity.DefaultRoleClaimType);
        identity.AddClaim(new Claim(AgentTokenDefaults.AgentIdClaimType, token.AgentId));
        identity.AddClaim(new Claim(AgentTokenDefaults.PurposeClaimType, token.Purpose));
        foreach (var scope in token.Scopes) identity.AddClaim(new Claim(AgentTokenDefaults.ScopeClaimType, scope));
        var properties = new AuthenticationProperties { ExpiresUtc = token.ExpiresAt };
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        if (result.Failure is IssuerStateException failure)
        {
            // The state is unavailable. That is not the agent's fault, so the answer is 503, not 401.
            ReplyWriter.WriteHead(Response, IssuerReply.Unavailable(failure));
            return;
        }
        if (_invalidToken is not null && tokens.Limits.Enter(Context.Connection.RemoteIpAddress) is { } wait)
        {
            var reply = IssuerReply.RateLimited(wait);
            RecordRefusal(reply.Outcome);
            ReplyWriter.WriteHead(Response, reply);
            return;
        }
        if (_invalidToken is not null) Record(_invalidToken);
        else RecordRefusal("missing_token");
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        // RFC 6750 §3.1: no error code if no token was presented.
        Challenge(_invalidToken is null ? "Bearer" : "Bearer error=\"invalid_token\"");
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        if (!result.Succeeded)
        {
            // Only another scheme has authenticated the request. Here a token is missing.
            await HandleChallengeAsync(properties);
            return;
        }
        RecordRefusal("insufficient_scope", result.Principal);
        Response.StatusCode = StatusCodes.Status403Forbidden;
        var needed = AgentScopeRequirement.ScopesIn(Context.GetEndpoint()?.Metadata ?? []);
        Challenge(needed.Count == 0
            ? "Bearer error=\"insufficient_scope\""
            : $"Bearer error=\"insufficient_scope\", scope=\"{string.Join(' ', needed)}\"");
    }

    // Append keeps the challenges of the app's other schemes.
    private void Challenge(string challenge) => Response.Headers.Append(HeaderNames.WWWAuthenticate, challenge);

    private void RecordRefusal(string outcome, ClaimsPrincipal? agent = null)
    {
        using var decision = new Decision(Operation.Accept);
        Record(decision.IsRefused(outcome, agent?.GetAgentId(), agent?.GetAgentScopes()));
    }

    private void Record(Decision decision) => telemetry.Record(decision, Context.Connection.RemoteIpAddress);
}
