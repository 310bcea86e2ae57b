using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Agentdom.AspNetCore;

/// <summary>
/// Handles one kind of request of the published AgentDOM client: applies the limit, checks the API key, decides and replies.
/// </summary>
/// <param name="operation">One of <see cref="Operation"/>.</param>
/// <param name="decide">The decision.</param>
internal sealed class ManagedTokenEndpoint(
    string operation, Func<ManagedTokenIssuer, ApiKeyHolder, HttpRequest, ValueTask<IssuerReply>> decide)
{
    private const string Prefix = "Bearer ";

    internal static ManagedTokenEndpoint Issue { get; } = new(Operation.ManagedIssue, IssueAsync);

    internal static ManagedTokenEndpoint Rotate { get; } =
        new(Operation.ManagedRotate, static (tokens, holder, request) => tokens.RotateAsync(holder, IdIn(request)));

    internal static ManagedTokenEndpoint Revoke { get; } =
        new(Operation.ManagedRevoke, static (tokens, holder, request) => tokens.RevokeAsync(holder, IdIn(request)));

    internal static ManagedTokenEndpoint List { get; } =
        new(Operation.ManagedList, static (tokens, holder, _) => tokens.ListAsync(holder));

    internal async Task RunAsync(HttpContext context)
    {
        var current = context.RequestServices.GetRequiredService<CurrentIssuer>();
        var telemetry = context.RequestServices.GetRequiredService<IssuerTelemetry>();
        using var decision = new Decision(operation);
        var address = context.Connection.RemoteIpAddress;
        var reply = current.Limits.Enter(address) is { } wait
            ? IssuerReply.RateLimited(wait)
            : await DecideAsync(context.Request, current.ManagedTokens);
        telemetry.Record(decision.Is(reply), address);
        if (reply.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.Append(HeaderNames.WWWAuthenticate, "Bearer");
        await ReplyWriter.WriteAsync(context.Response, reply);
    }

    private async ValueTask<IssuerReply> DecideAsync(HttpRequest request, ManagedTokenIssuer tokens)
    {
        var (holder, refusal) = await tokens.FindHolderAsync(ApiKeyIn(request), request.HttpContext.RequestAborted);
        return holder is null ? refusal! : await decide(tokens, holder, request);
    }

    private static async ValueTask<IssuerReply> IssueAsync(ManagedTokenIssuer tokens, ApiKeyHolder holder, HttpRequest request)
    {
        if (!HttpBody.IsThere(request)) return await tokens.IssueAsync(holder, []);
        var (body, refusal) = await HttpBody.ReadAsync(
            request, RequestBody.Json, TokenIssuer.MaxRequestBytes, request.HttpContext.RequestAborted);
        return refusal?.About(holder.Agent.AgentId, []) ?? await tokens.IssueAsync(holder, body);
    }

    private static string? ApiKeyIn(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        return header.Count == 1 && header[0]!.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? header[0]![Prefix.Length..].Trim()
            : null;
    }

    private static string IdIn(HttpRequest request) => (string)request.RouteValues["id"]!;
}
