using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;

namespace Agentdom.AspNetCore;

/// <summary>Remembers the patterns of <c>MapAgentTokens</c>, for endpoints that are mapped below them.</summary>
internal sealed class MappedTokenEndpoints
{
    private readonly ConditionalWeakTable<IEndpointRouteBuilder, string> _patterns = [];

    internal void Add(IEndpointRouteBuilder routes, string pattern) => _patterns.TryAdd(routes, pattern);

    /// <summary>The first pattern that was mapped on an app or group, or null if there is none.</summary>
    internal string? PatternOn(IEndpointRouteBuilder routes) => _patterns.TryGetValue(routes, out var pattern) ? pattern : null;
}
