using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Issuer;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Stores registered agents and the issuer's state in the app's database.</summary>
public static class EntityFrameworkCoreStateExtensions
{
    /// <summary>
    /// Stores registered agents, used signatures, revoked and managed tokens in the app's database, so that several nodes share them.
    /// Agents that are neither there nor in the options are refused, unless
    /// <see cref="TokenIssuerOptions.AllowUnregisteredAgents"/> is true. The app does not start if its model or its database
    /// does not have the tables. If the database is down, the app starts and answers 503 until it is up.
    /// </summary>
    /// <typeparam name="TContext">
    /// The app's context, whose model calls <see cref="AgentdomModelBuilderExtensions.UseAgentdom"/>, registered by
    /// <c>AddDbContext</c>, <c>AddDbContextPool</c> or <c>AddDbContextFactory</c>. Each call uses a context of its own.
    /// </typeparam>
    /// <param name="tokens">The issuer.</param>
    /// <remarks>
    /// The secrets of agents are encrypted with ASP.NET Core Data Protection. Several nodes need the same keys and the same application
    /// name. If the keys are lost, agents need new secrets.
    /// </remarks>
    public static AgentTokenIssuerBuilder UseEntityFrameworkCore<TContext>(this AgentTokenIssuerBuilder tokens) where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(tokens);
        tokens.Services.AddDataProtection();
        tokens.Services.Replace(ServiceDescriptor.Singleton<IssuerDatabase, ContextDatabase<TContext>>());
        tokens.Services.TryAddSingleton<AgentTable>();
        tokens.Services.TryAddSingleton<SecretColumn>();
        tokens.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TableCheck>());
        return tokens
            .UseAgents(static provider => ActivatorUtilities.CreateInstance<EfAgentDirectory>(provider))
            .UseAgentStore(static provider => ActivatorUtilities.CreateInstance<EfAgentStore>(provider))
            .UseState(static provider => new EfIssuerState(
                provider.GetRequiredService<IssuerDatabase>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<EfIssuerState>>()));
    }
}
