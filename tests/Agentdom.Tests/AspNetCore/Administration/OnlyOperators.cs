using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;

namespace Agentdom.Tests.AspNetCore;

/// <summary>Metadata of an app's own that brings its requirements along, without a policy.</summary>
internal sealed class OnlyOperators : IAuthorizationRequirementData
{
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new NameAuthorizationRequirement(Operators.Name)];
}
