using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>Handles one kind of request: applies the limit, reads the body, decides, logs the decision and replies.</summary>
/// <param name="operation">One of <see cref="Operation"/>.</param>
/// <param name="type">The content type of a body: one of <see cref="RequestBody"/>.</param>
/// <param name="maxBytes">The maximum size of a body in bytes.</param>
/// <param name="decide">The decision.</param>
internal sealed class AgentTokenEndpoint(
    string operation, string type, int maxBytes, Func<TokenIssuer, byte[], CancellationToken, ValueTask<IssuerReply>> decide)
{
    internal static AgentTokenEndpoint Mint { get; } = new(
        AspNetCore.Operation.Mint, RequestBody.Json, TokenIssuer.MaxRequestBytes,
        static (issuer, body, cancel) => issuer.MintAsync(body, cancel));

    internal static AgentTokenEndpoint Verify { get; } = new(
        AspNetCore.Operation.Verify, RequestBody.Json, TokenIssuer.MaxTokenBodyBytes,
        static (issuer, body, cancel) => issuer.VerifyAsync(body, cancel));

    internal static AgentTokenEndpoint Introspect { get; } = new(
        AspNetCore.Operation.Introspect, RequestBody.Form, TokenIssuer.MaxTokenBodyBytes,
        static (issuer, body, cancel) => issuer.IntrospectAsync(body, cancel));

    internal static AgentTokenEndpoint Revoke { get; } = new(
        AspNetCore.Operation.Revoke, RequestBody.Json, TokenIssuer.MaxTokenBodyBytes,
        static (issuer, body, cancel) => issuer.RevokeAsync(body, cancel));

    internal static AgentTokenEndpoint RevokeForm { get; } = new(
        AspNetCore.Operation.Revoke, RequestBody.Form, TokenIssuer.MaxTokenBodyBytes,
        static (issuer, body, cancel) => issuer.RevokeFormAsync(body, cancel));

    internal string Operation => operation;

    internal async Task RunAsync(HttpContext context)
    {
        var current = context.RequestServices.GetRequiredService<CurrentIssuer>();
        var telemetry = context.RequestServices.GetRequiredService<IssuerTelemetry>();
        using var decision = new Decision(operation);
        var address = context.Connection.RemoteIpAddress;
        var reply = current.Limits.Enter(address) is { } wait
            ? IssuerReply.RateLimited(wait)
            : await DecideAsync(context.Request, current.Issuer, context.RequestAborted);
        telemetry.Record(decision.Is(reply), address);
        await ReplyWriter.WriteAsync(context.Response, reply);
    }

    private async ValueTask<IssuerReply> DecideAsync(HttpRequest request, TokenIssuer issuer, CancellationToken cancel)
    {
        var (body, refusal) = await HttpBody.ReadAsync(request, type, maxBytes, cancel);
        return refusal ?? await decide(issuer, body, cancel);
    }
}
