using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Agentdom.AspNetCore;

/// <summary>The endpoints of the administration.</summary>
internal static class AdministrationRoutes
{
    internal static void Map(IEndpointRouteBuilder group)
    {
        group.MapPost("", Handler(AgentChange.Create, CreateAsync));
        group.MapGet("", Handler(null, ListAsync));
        group.MapGet("/{id}", Handler(null, ShowAsync));
        group.MapMethods("/{id}", [HttpMethods.Patch], Handler(AgentChange.Change, ChangeAsync));
        group.MapPost("/{id}/rotate-secret", Handler(AgentChange.Rotate, RotateAsync));
        group.MapPost("/{id}/api-keys", Handler(AgentChange.CreateApiKey, CreateApiKeyAsync));
        group.MapDelete("/{id}/api-keys/{api_key_id}", Handler(AgentChange.EndApiKey, EndApiKeyAsync));
        group.MapPost("/{id}/disable", Handler(AgentChange.Disable, static call => SetDisabledAsync(call, true)));
        group.MapPost("/{id}/enable", Handler(AgentChange.Enable, static call => SetDisabledAsync(call, false)));
        group.MapPost("/{id}/void-tokens", Handler(AgentChange.VoidTokens, VoidTokensAsync));
        group.MapDelete("/{id}", Handler(AgentChange.Delete, DeleteAsync));
    }

    private static RequestDelegate Handler(string? change, Func<AdministrationCall, Task<IssuerReply?>> answer) =>
        new AdministrationEndpoint(change, answer).RunAsync;

    private static async Task<IssuerReply?> CreateAsync(AdministrationCall call)
    {
        var (id, settings, older) = AgentMembers.ReadNew(call.Body);
        if (await call.Agents.CreateAsync(id, settings, older) is not { } created)
            return IssuerReply.Refuse(409, AdministrationOutcome.Exists, AdministrationText.Exists);
        var request = call.Http.Request;
        call.Http.Response.Headers.Location = $"{request.PathBase}{request.Path}".TrimEnd('/') + "/" + id;
        return IssuerReply.Ok("created", AgentJson.Of(created), status: 201);
    }

    private static async Task<IssuerReply?> ListAsync(AdministrationCall call)
    {
        var query = AdministrationQuery.Read(call.Http.Request.Query);
        return IssuerReply.Ok("listed", AgentJson.Of(await call.Agents.ListAsync(query, call.Http.RequestAborted)));
    }

    private static async Task<IssuerReply?> ShowAsync(AdministrationCall call) =>
        AnswerOrUnknown(await call.Agents.FindAsync(call.AgentId, call.Http.RequestAborted));

    private static async Task<IssuerReply?> ChangeAsync(AdministrationCall call) =>
        AnswerOrUnknown(await call.Agents.ChangeAsync(call.AgentId, AgentMembers.ReadChange(call.Body)));

    private static async Task<IssuerReply?> RotateAsync(AdministrationCall call)
    {
        var overlap = AgentMembers.ReadOverlap(call.Body);
        try
        {
            var rotated = await call.Agents.RotateSecretAsync(call.AgentId, overlap);
            return rotated is null ? UnknownAgent() : IssuerReply.Ok("rotated", AgentJson.OfRotated(rotated));
        }
        catch (InvalidOperationException e) when (e is not ListedAgentException)
        {
            return IssuerReply.Refuse(409, AdministrationOutcome.TooManySecrets, AdministrationText.TooManySecrets);
        }
    }

    private static async Task<IssuerReply?> CreateApiKeyAsync(AdministrationCall call)
    {
        AgentMembers.ReadNothing(call.Body);
        try
        {
            var created = await call.Agents.CreateApiKeyAsync(call.AgentId);
            return created is null ? UnknownAgent() : IssuerReply.Ok("created", AgentJson.Of(created), status: 201);
        }
        catch (InvalidOperationException e) when (e is not ListedAgentException)
        {
            return IssuerReply.Refuse(409, AdministrationOutcome.TooManyApiKeys, AdministrationText.TooManyApiKeys);
        }
    }

    private static async Task<IssuerReply?> EndApiKeyAsync(AdministrationCall call)
    {
        AgentMembers.ReadNothing(call.Body);
        var keyId = (string)call.Http.Request.RouteValues["api_key_id"]!;
        return await call.Agents.EndApiKeyAsync(call.AgentId, keyId) is { } agent
            ? IssuerReply.Ok("ended", AgentJson.Of(agent))
            : IssuerReply.Refuse(404, AdministrationOutcome.UnknownApiKey, "There is no registered agent with this id and API key.");
    }

    private static async Task<IssuerReply?> SetDisabledAsync(AdministrationCall call, bool disabled)
    {
        AgentMembers.ReadNothing(call.Body);
        return AnswerOrUnknown(await call.Agents.SetDisabledAsync(call.AgentId, disabled));
    }

    private static async Task<IssuerReply?> VoidTokensAsync(AdministrationCall call) =>
        AnswerOrUnknown(await call.Agents.VoidTokensAsync(call.AgentId, AgentMembers.ReadMoment(call.Body)));

    private static async Task<IssuerReply?> DeleteAsync(AdministrationCall call)
    {
        AgentMembers.ReadNothing(call.Body);
        return await call.Agents.DeleteAsync(call.AgentId) ? null : UnknownAgent();
    }

    private static IssuerReply AnswerOrUnknown(AgentRecord? agent) =>
        agent is null ? UnknownAgent() : IssuerReply.Ok("found", AgentJson.Of(agent));

    private static IssuerReply UnknownAgent() =>
        IssuerReply.Refuse(404, AdministrationOutcome.Unknown, "There is no registered agent with this id.");
}
