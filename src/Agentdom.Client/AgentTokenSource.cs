namespace Agentdom.Client;

/// <summary>
/// Tokens of one host for one set of scopes, kept in memory and renewed before they expire. It is thread-safe and meant to live
/// as long as the process. Callers that need a new token at the same time share one request.
/// </summary>
public sealed class AgentTokenSource
{
    // Long enough that not every call asks an issuer that is down, short enough to recover soon.
    private static readonly TimeSpan s_restWithToken = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_restWithoutToken = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_restAfterRefusals = TimeSpan.FromSeconds(30);

    private readonly AtpClient _client;
    private readonly TokenAcquisition _acquisition;
    private readonly AgentTokenSourceOptions _options;
    private readonly TimeProvider _time;

    private readonly object _gate = new();
    private StoredToken? _token;
    private Task<Renewed>? _renewal;
    private AtpException? _failure;
    private DateTimeOffset _failedAt;
    private DateTimeOffset? _refusedAt;

    /// <summary>Creates a source. It sends no request yet.</summary>
    /// <param name="client">The client. Sources can share one, and it must outlive them.</param>
    /// <param name="host">The host, such as <c>api.example.com</c>.</param>
    /// <param name="scopes">1 to 64 scopes.</param>
    /// <param name="options">Further options, or null for the defaults. They must not change afterwards.</param>
    /// <exception cref="AtpException"><see cref="AtpError.HostInvalid"/>, <see cref="AtpError.ScopeInvalid"/>,
    /// <see cref="AtpError.PurposeInvalid"/> or <see cref="AtpError.AgentIdInvalid"/>; or this machine's own agent id cannot be
    /// created.</exception>
    public AgentTokenSource(AtpClient client, string host, IEnumerable<string> scopes, AgentTokenSourceOptions? options = null)
        : this(client, host, scopes, options, TimeProvider.System)
    {
    }

    internal AgentTokenSource(
        AtpClient client, string host, IEnumerable<string> scopes, AgentTokenSourceOptions? options, TimeProvider time)
    {
        _client = client;
        _options = options ?? new AgentTokenSourceOptions();
        _time = time;
        _acquisition = new TokenAcquisition
        {
            Host = AtpHost.Parse(host),
            Request = new TokenRequest(_options.AgentId ?? AgentId.Current().Value, scopes, _options.Purpose),
            Endpoint = _options.Endpoint,
            TrustedEndpointHosts = [.. _options.TrustedEndpointHosts],
        };
    }

    /// <summary>
    /// Called after each renewal with its failure, if any, and the expiry (UTC) of the current token, if any. It must not throw.
    /// A token that is valid for more than 24 hours is accepted; one with scopes that were not requested is a failure.
    /// </summary>
    internal Action<AtpException?, DateTimeOffset?>? OnRenewal { get; init; }

    /// <summary>
    /// A valid token. If the current one is due for renewal, it is returned at once and renewed in the background. If there is
    /// none or it has expired, this waits for a new one.
    /// </summary>
    /// <param name="cancel">Cancels this caller's wait only, since others may wait for the same token.</param>
    /// <exception cref="AtpException">There is no valid token and the issuer granted none. Later calls fail in the same way for 5
    /// seconds, or for as long as the issuer asked to wait (at most 5 minutes). After that the issuer is asked again.</exception>
    public async Task<string> GetTokenAsync(CancellationToken cancel = default)
    {
        Task<Renewed> renewal;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var valid = _token?.IsValidAt(now) == true ? _token : null;
            if (valid is not null && (!RenewalPolicy.IsDue(valid, now) || IsResting(now, s_restWithToken))) return valid.AccessToken;
            if (_renewal is null && IsResting(now, s_restWithoutToken)) throw NoToken(_failure!);
            // Callers share the renewal, so it does not depend on one caller's thread or cancellation.
            renewal = _renewal ??= Task.Run(RenewAsync, CancellationToken.None);
            if (valid is not null) return valid.AccessToken;
        }
        var renewed = await WaitAsync(renewal, cancel).ConfigureAwait(false);
        return renewed.Token?.AccessToken ?? throw NoToken(renewed.Failure!);
    }

    /// <inheritdoc/>
    public override string ToString() => $"AgentTokenSource ({_acquisition.Host} {string.Join(" ", _acquisition.Request.Scopes)})";

    /// <exception cref="AtpException">The token must not be sent to this address.</exception>
    internal void RequireAddress(Uri? address) => _acquisition.Host.RequireAddress(address, _options.ApiHosts);

    /// <summary>Drops a refused token, if it is still the current one.</summary>
    /// <param name="refused">The token.</param>
    /// <param name="willRetry">Whether the caller can retry, and so report whether the next token is refused too.</param>
    /// <returns>Whether to ask for another token: false if a new one was refused in the last 30 seconds.</returns>
    internal bool Drop(string refused, bool willRetry)
    {
        lock (_gate)
        {
            if (_token?.AccessToken != refused) return true;
            if (IsRestingFromRefusals()) return false;
            _token = null;
            // Otherwise each refused upload that cannot be retried would request a new token.
            if (!willRetry) _refusedAt = _time.GetUtcNow();
            return true;
        }
    }

    /// <summary>Records that the replacement of a refused token was refused too.</summary>
    internal void RefusedAgain()
    {
        lock (_gate)
        {
            // The pause counts from the first refusal. Otherwise steady traffic would keep a refused token forever.
            if (!IsRestingFromRefusals()) _refusedAt = _time.GetUtcNow();
        }
    }

    private bool IsRestingFromRefusals() =>
        _refusedAt is { } at && (_time.GetUtcNow() - at).Duration() < s_restAfterRefusals;

    private bool IsResting(DateTimeOffset now, TimeSpan rest)
    {
        if (_failure is null) return false;
        var asked = _failure.RetryAfter is { } wish ? (wish < s_longestRest ? wish : s_longestRest) : TimeSpan.Zero;
        // The absolute value, so that the pause also ends if the clock was set back.
        return (now - _failedAt).Duration() < (asked > rest ? asked : rest);
    }

    private async Task<Renewed> RenewAsync()
    {
        var renewed = default(Renewed);
        DateTimeOffset? validUntil;
        try
        {
            renewed = await AskAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _renewal = null;
                _token = renewed.Token ?? _token;
                _failure = renewed.Failure;
                _failedAt = _time.GetUtcNow();
                validUntil = _token?.IsValidAt(_failedAt) == true ? _token.ExpiresAt : null;
            }
        }
        OnRenewal?.Invoke(renewed.Failure, validUntil);
        return renewed;
    }

    private async Task<Renewed> AskAsync()
    {
        using var deadline = new Deadline(_options.Timeout);
        try
        {
            using var secret = await FindSecretAsync(deadline.Token).ConfigureAwait(false);
            return new Renewed(await _acquisition.RunAsync(_client, secret, deadline).ConfigureAwait(false), null);
        }
        catch (AtpException e)
        {
            return new Renewed(null, e);
        }
        catch (OperationCanceledException e) when (deadline.HasPassed)
        {
            return new Renewed(null, deadline.ToAtpException(_acquisition.Host.Name, e));
        }
    }

    private async Task<SharedSecret> FindSecretAsync(CancellationToken cancel)
    {
        try
        {
            var given = _options.GetSecret is { } get ? await get(cancel).ConfigureAwait(false) : _options.Secret;
            if (!string.IsNullOrEmpty(given)) return SharedSecret.FromText(given!);
        }
        catch (Exception e) when (e is not AtpException && !cancel.IsCancellationRequested)
        {
            // The message comes from the app's code and might contain the secret.
            throw new AtpException(AtpError.SecretMissing,
                $"Looking up the shared secret for {_acquisition.Host} failed with {e.GetType().Name}.",
                "Check GetSecret; the cause is in the inner exception.", e);
        }
        try
        {
            return SecretFinder.Find(_acquisition.Host, () => new FileVault(cancel));
        }
        catch (AtpException e) when (e.Error == AtpError.SecretMissing)
        {
            throw e.WithAdvice($"{e.Advice} In code, use the option Secret or GetSecret.");
        }
    }

    private AtpException NoToken(AtpException failure) => failure.About($"There is no agent token for {_acquisition.Host}");

    private static async Task<Renewed> WaitAsync(Task<Renewed> renewal, CancellationToken cancel)
    {
#if NET
        return await renewal.WaitAsync(cancel).ConfigureAwait(false);
#else
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var first = await Task.WhenAny(renewal, Task.Delay(Timeout.Infinite, ended.Token)).ConfigureAwait(false);
        ended.Cancel();
        if (first != renewal) cancel.ThrowIfCancellationRequested();
        return await renewal.ConfigureAwait(false);
#endif
    }

    private readonly struct Renewed(StoredToken? token, AtpException? failure)
    {
        internal StoredToken? Token => token;

        internal AtpException? Failure => failure;
    }
}
