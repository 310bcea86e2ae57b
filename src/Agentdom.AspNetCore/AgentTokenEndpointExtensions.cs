using Agentdom.Core.Issuing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>Maps the endpoints that agents call.</summary>
public static class AgentTokenEndpointExtensions
{
    /// <summary>Maps asking for a token at the pattern, and <c>/verify</c> and <c>/revoke</c> below it (protocol.md §4 to §8).</summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">A path such as <c>/v1/agent-tokens</c>.</param>
    /// <returns>All three, for conventions of the app's own.</returns>
    /// <exception cref="InvalidOperationException"><c>AddAgentTokens</c> was not called.</exception>
    public static IEndpointConventionBuilder MapAgentTokens(this IEndpointRouteBuilder endpoints, string pattern)
    {
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(TokenIssuer)) == false)
            throw new InvalidOperationException("Call builder.Services.AddAgentTokens(…) before app.MapAgentTokens(…).");

        var group = endpoints.MapGroup(pattern);
        Map(group, "", TokenIssuer.MaxRequestBytes, static (issuer, body, cancel) => issuer.MintAsync(body, cancel)).WithMetadata(TokenEndpointMarker.Instance);
        Map(group, "/verify", TokenIssuer.MaxTokenBodyBytes, static (issuer, body, cancel) => issuer.VerifyAsync(body, cancel));
        Map(group, "/revoke", TokenIssuer.MaxTokenBodyBytes, static (issuer, body, cancel) => issuer.RevokeAsync(body, cancel));
        return group;
    }

    /// <summary>Maps <c>/.well-known/agentdom.json</c>, which names the endpoints of <see cref="MapAgentTokens"/>.</summary>
    /// <param name="endpoints">The app.</param>
    public static IEndpointConventionBuilder MapAgentdomManifest(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(IssuerManifest.Path, ManifestWriter.WriteAsync).AllowAnonymous();

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints, string pattern, int maxBytes,
        Func<TokenIssuer, byte[], CancellationToken, ValueTask<IssuerReply>> answer) =>
        // Agents come without any of the app's own credentials: the signature is theirs.
        endpoints.MapPost(pattern, context => RunAsync(context, maxBytes, answer)).AllowAnonymous();

    private static async Task RunAsync(
        HttpContext context, int maxBytes, Func<TokenIssuer, byte[], CancellationToken, ValueTask<IssuerReply>> answer)
    {
        var issuer = context.RequestServices.GetRequiredService<TokenIssuer>();
        var (body, refusal) = await RequestBody.ReadAsync(
            context.Request.Body, context.Request.ContentType, context.Request.ContentLength, maxBytes, context.RequestAborted);
        var reply = refusal ?? await answer(issuer, body, context.RequestAborted);
        await ReplyWriter.WriteAsync(context.Response, reply);
    }
}
