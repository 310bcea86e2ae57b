using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Agentdom.AspNetCore;

/// <summary>Checks the options of the scheme when the app starts.</summary>
internal sealed class AgentTokenOptionsCheck(IServiceProviderIsService services) : IValidateOptions<AgentTokenOptions>
{
    public ValidateOptionsResult Validate(string? name, AgentTokenOptions options)
    {
        List<string> problems = [.. options.Problems()];
        if (options.Issuer is null && !services.IsService(typeof(CurrentIssuer)))
        {
            problems.Add(
                "There is no issuer. Call AddAgentTokenIssuer(…), or name that of another process: AddAgentToken(o => o.Issuer = …).");
        }
        return problems.Count > 0
            ? ValidateOptionsResult.Fail(problems.Select(static problem => "AddAgentToken: " + problem))
            : ValidateOptionsResult.Success;
    }
}
