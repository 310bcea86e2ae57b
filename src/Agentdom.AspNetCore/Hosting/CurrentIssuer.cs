using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Agentdom.AspNetCore;

/// <summary>
/// The issuer with the current options. When they change, for example because a secret is rotated, a new issuer replaces it
/// between two requests. Invalid options are logged and change nothing.
/// </summary>
internal sealed class CurrentIssuer : IHostedService, IDisposable
{
    private readonly Lock _changing = new();
    private readonly IOptionsMonitor<AgentTokenIssuerOptions> _options;
    private readonly WatchedState _state;
    private readonly CachedDirectory? _agents;
    private readonly TimeProvider _time;
    private readonly ILogger<CurrentIssuer> _log;
    private readonly IDisposable? _subscription;
    private volatile InForce _inForce;
    private bool _publishesKeys;
    private bool _offersManagedTokens;

    /// <exception cref="OptionsValidationException">The options are invalid, so the app does not start.</exception>
    public CurrentIssuer(
        IOptionsMonitor<AgentTokenIssuerOptions> options, IIssuerState state, TimeProvider time, ILogger<CurrentIssuer> log,
        CachedDirectory? agents = null)
    {
        _agents = agents;
        (_options, _state, _time, _log) = (options, new WatchedState(state, log), time, log);
        var first = options.CurrentValue;
        if (first.AllProblems(agents) is { Count: > 0 } problems) throw Invalid(problems);
        Limits = new RequestLimits(first.Limits, time);
        Warn(first, before: null);
        _inForce = Make(first);
        _subscription = options.OnChange(_ => Change());
        // A change before the subscription would be missed until the next one.
        if (!ReferenceEquals(options.CurrentValue, first)) Change();
    }

    internal TokenIssuer Issuer => _inForce.Issuer;

    internal ManagedTokenIssuer ManagedTokens => _inForce.ManagedTokens;

    /// <summary>Whether the state can store managed tokens.</summary>
    internal bool StoresManagedTokens => _state.StoresManagedTokens;

    internal AgentTokenIssuerOptions Options => _inForce.Options;

    internal RequestLimits Limits { get; }

    /// <summary>Requires from now on that the issuer's name is an address, because the app publishes it with the keys.</summary>
    /// <exception cref="OptionsValidationException">It is none, so the app does not start.</exception>
    internal void PublishKeys()
    {
        lock (_changing)
        {
            _publishesKeys = true;
            if (_inForce.Options.AllProblems(_agents, _publishesKeys) is { Count: > 0 } problems) throw Invalid(problems);
            WarnIfNoKeyIsPublished();
        }
    }

    /// <summary>Warns, now and after each change of the options, if no agent can use the endpoints for managed tokens.</summary>
    internal void OfferManagedTokens()
    {
        lock (_changing)
        {
            _offersManagedTokens = true;
            WarnIfNobodyHasApiKeys();
        }
    }

    // A hosted service so that the app does not start with invalid options or a state that cannot be opened.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _subscription?.Dispose();

    private void Change()
    {
        // Two changes can arrive in any order. The current options are read under the lock, so a removed secret does not come back.
        lock (_changing)
        {
            var options = _options.CurrentValue;
            if (options.AllProblems(_agents, _publishesKeys) is { Count: > 0 } problems)
            {
                _log.ReloadRefused(string.Join(" ", problems));
                return;
            }
            Warn(options, _inForce.Options);
            _inForce = Make(options);
            _log.Reloaded(options.Secrets.Count, _inForce.Issuer.KeyId);
            WarnIfNoKeyIsPublished();
            WarnIfNobodyHasApiKeys();
        }
    }

    private void WarnIfNoKeyIsPublished()
    {
        if (_publishesKeys && !_inForce.Issuer.HasPublicKeys) _log.PublishesNoKey();
    }

    private void WarnIfNobodyHasApiKeys()
    {
        if (_offersManagedTokens && !_inForce.Options.HasApiKeys(_agents)) _log.NobodyHasApiKeys();
    }

    private static OptionsValidationException Invalid(List<string> problems) =>
        new(Microsoft.Extensions.Options.Options.DefaultName, typeof(AgentTokenIssuerOptions), problems);

    // Once, when it becomes true.
    private void Warn(AgentTokenIssuerOptions options, AgentTokenIssuerOptions? before)
    {
        if (options.HasDefaultName && before?.HasDefaultName != true) _log.HasDefaultName(TokenIssuerOptions.DefaultName);
        if (options.AgentsCanForgeTokens(_agents) && before?.AgentsCanForgeTokens(_agents) != true) _log.SharedSecretSignsTokens();
    }

    private InForce Make(AgentTokenIssuerOptions options)
    {
        if (_agents is not null) _agents.Lifetime = TimeSpan.FromSeconds(options.DirectoryCacheSeconds);
        var issuer = new TokenIssuer(options, _state, _time, Limits, _agents);
        return new InForce(issuer, new ManagedTokenIssuer(issuer, _state), options);
    }

    private sealed record InForce(TokenIssuer Issuer, ManagedTokenIssuer ManagedTokens, AgentTokenIssuerOptions Options);
}
