namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds conventions to the endpoints that one call of <c>MapAgentTokens</c> mapped.</summary>
public sealed class AgentTokenEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder _all;

    internal AgentTokenEndpointConventionBuilder(IEndpointConventionBuilder all, params IEndpointConventionBuilder[] introspection) =>
        (_all, Introspection) = (all, new Several(introspection));

    /// <summary>
    /// Introspection only (RFC 7662): <c>/introspect</c>, and forms that are sent to <c>/verify</c>. It is open to everyone unless a
    /// policy is added, such as <c>.Introspection.RequireAuthorization("resources")</c>. Verifying with JSON stays open, because it is
    /// what agents do, and says nothing to them that is not in the token.
    /// </summary>
    public IEndpointConventionBuilder Introspection { get; }

    /// <summary>Adds a convention to all endpoints.</summary>
    public void Add(Action<EndpointBuilder> convention) => _all.Add(convention);

    /// <summary>Adds a convention to all endpoints, which runs after the others.</summary>
    public void Finally(Action<EndpointBuilder> finallyConvention) => _all.Finally(finallyConvention);

    private sealed class Several(IEndpointConventionBuilder[] builders) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention) => Array.ForEach(builders, builder => builder.Add(convention));

        public void Finally(Action<EndpointBuilder> finallyConvention) =>
            Array.ForEach(builders, builder => builder.Finally(finallyConvention));
    }
}
