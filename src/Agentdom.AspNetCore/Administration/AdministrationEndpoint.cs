using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>Handles one kind of request: reads the body, calls the store and replies.</summary>
/// <param name="change">One of <see cref="AgentChange"/>, or null if nothing is changed and no body is read.</param>
/// <param name="answer">Calls the store. Null is 204.</param>
internal sealed class AdministrationEndpoint(string? change, Func<AdministrationCall, Task<IssuerReply?>> answer)
{
    internal async Task RunAsync(HttpContext context)
    {
        if (await AnswerAsync(context) is { } reply)
        {
            await ReplyWriter.WriteAsync(context.Response, reply);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
    }

    private async Task<IssuerReply?> AnswerAsync(HttpContext context)
    {
        var agents = context.RequestServices.GetRequiredService<GuardedAgentStore>();
        IssuerReply Refuse(IssuerReply refusal)
        {
            if (change is not null) agents.Audit.Refused(change, context.Request.RouteValues["id"] as string, refusal.Outcome);
            return refusal;
        }
        if (AdministrationGuard.IsStrayAgent(context))
            return Refuse(IssuerReply.Refuse(403, AdministrationOutcome.AgentToken, AdministrationText.AgentToken));
        try
        {
            var body = new JsonObject();
            if (change is not null)
            {
                (body, var refusal) = await AdministrationBody.ReadAsync(context.Request, context.RequestAborted);
                if (refusal is not null) return Refuse(refusal);
            }
            return await answer(new AdministrationCall(context, agents, body));
        }
        catch (JsonFormatException e)
        {
            return Refuse(IssuerReply.InvalidRequest(e.Message));
        }
        // The store has audited these.
        catch (ArgumentException e)
        {
            return IssuerReply.InvalidRequest(AdministrationText.OnTheWire(e.Message));
        }
        catch (ListedAgentException e)
        {
            return IssuerReply.Refuse(409, AdministrationOutcome.Listed, e.Message);
        }
        catch (IssuerStateException e)
        {
            return IssuerReply.Unavailable(e);
        }
    }
}
