using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.AspNetCore;

/// <summary>
/// An issuer whose agents A and B have an API key each. A can have data.read and data.write, and has data.read by default; B can have
/// data.read and has no default.
/// </summary>
internal sealed class ManagedIssuer : IAsyncDisposable
{
    internal const string SecretOfA = "the secret of agent A, more than 32 bytes";

    internal static readonly string KeyOfA = AgentApiKey.Generate();
    internal static readonly string KeyOfB = AgentApiKey.Generate();

    private ManagedIssuer(TestIssuer issuer, LogCapture log) => (Issuer, Log) = (issuer, log);

    internal TestIssuer Issuer { get; }

    internal LogCapture Log { get; }

    /// <summary>The endpoints, with the key of A.</summary>
    internal ManagedTokens Tokens => As(KeyOfA);

    internal ManagedTokens As(string? key) => new(Issuer, key);

    internal static RegisteredAgent A(bool disabled = false, DateTimeOffset? validFrom = null, string[]? keys = null) => new()
    {
        AgentId = "A",
        Secrets = [SecretOfA],
        Scopes = ["data.read", "data.write"],
        DefaultScopes = ["data.read"],
        ApiKeyHashes = [.. (keys ?? [KeyOfA]).Select(AgentApiKey.HashOf)],
        Disabled = disabled,
        TokensValidFrom = validFrom,
    };

    internal static RegisteredAgent B() =>
        new() { AgentId = "B", Scopes = ["data.read"], ApiKeyHashes = [AgentApiKey.HashOf(KeyOfB)] };

    internal static Task<ManagedIssuer> StartAsync(SharedState state, RegisteredAgent? a = null) =>
        StartAsync(o => o.Agents.Add(a ?? A()), state.AddTo);

    /// <param name="configure">Adds agent A, if it is to be another than usual, and changes the options.</param>
    /// <param name="services">Adds services, before the issuer's.</param>
    internal static async Task<ManagedIssuer> StartAsync(
        Action<AgentTokenIssuerOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var log = new LogCapture();
        return new ManagedIssuer(
            await TestIssuer.StartAsync(
                o =>
                {
                    configure?.Invoke(o);
                    if (o.Agents.All(static agent => agent.AgentId != "A")) o.Agents.Add(A());
                    o.Agents.Add(B());
                },
                s =>
                {
                    services?.Invoke(s);
                    s.AddSingleton<ILoggerProvider>(log);
                },
                static app => app.MapPublishedAgentTokens()),
            log);
    }

    public async ValueTask DisposeAsync()
    {
        await Issuer.DisposeAsync();
        Log.Dispose();
    }
}
