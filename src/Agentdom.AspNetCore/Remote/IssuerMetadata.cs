namespace Agentdom.AspNetCore;

/// <summary>
/// The issuer's metadata and keys. They are read when the first token needs them, and again in the background every five minutes
/// while there are requests, so that a key that the issuer withdrew is not trusted for long. All times are those of a clock that nobody
/// sets.
/// </summary>
/// <remarks>
/// Not Microsoft's <c>ConfigurationManager</c>: it keeps keys for twelve hours, and if a token has an unknown key it reads them in the
/// background and refuses the token meanwhile.
/// </remarks>
internal sealed class IssuerMetadata(AgentTokenOptions options, Backchannel backchannel, IssuerReach reach, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(5);

    // Older keys are not used without asking. If nobody sent a token for hours, a key may have been withdrawn since.
    private static readonly TimeSpan s_maxAge = 2 * s_pause;

    // While the issuer is out of reach, if the app trusts signatures then. No token has a longer lifetime.
    private static readonly TimeSpan s_maxAgeInOutage = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private volatile Known? _known;
    // The one that is running, or the last one if it failed.
    private Task<IssuerKeys>? _reading;
    private long _failedAt;
    // Whether the running one is for an unknown key.
    private bool _isSearch;
    private long? _searchedAt;

    /// <summary>Whether the keys are older than they may be while the issuer can be asked.</summary>
    internal bool AreKeysOld => !(AgeOf(_known) < s_maxAge);

    /// <summary>
    /// Finds a key of the issuer. An unknown key makes it read them again, but only once in five minutes. A failure does not count.
    /// </summary>
    /// <exception cref="IssuerStateException">The keys have not been read for too long, or the key may be a new one.</exception>
    internal async ValueTask<VerificationKey?> FindKeyAsync(string keyId, CancellationToken cancel)
    {
        var known = await GetAsync(cancel);
        if (known.Find(keyId) is { } key) return key;
        return Search() is { } reading ? (await reading.WaitAsync(cancel)).Find(keyId) : null;
    }

    /// <exception cref="IssuerStateException">It has not been read for too long, and cannot be read now.</exception>
    internal async ValueTask<IssuerKeys> GetAsync(CancellationToken cancel)
    {
        var known = _known;
        var age = AgeOf(known);
        if (age < s_pause) return known!.Keys;
        var reading = Read();
        if (age < s_maxAge) return known!.Keys;
        try
        {
            return await reading.WaitAsync(cancel);
        }
        catch (IssuerStateException e) when (
            e.IsOutOfReach && options.WhenUnavailable == UnavailableIssuer.TrustSignature && age < s_maxAgeInOutage)
        {
            return known!.Keys;
        }
    }

    // Null if it was done a short time ago, and is over.
    private Task<IssuerKeys>? Search()
    {
        lock (_lock)
        {
            if (_reading is null && _searchedAt is { } at && time.GetElapsedTime(at) < s_pause) return null;
            var reading = Read();
            _isSearch = !reading.IsCompleted;
            return reading;
        }
    }

    // One at a time. All who need it wait for the same one, and none of them can cancel it. A failure is kept for a moment, so that not
    // each token causes another request.
    private Task<IssuerKeys> Read()
    {
        lock (_lock)
        {
            if (_reading is { } last && (!last.IsCompleted || time.GetElapsedTime(_failedAt) < s_pauseAfterFailure)) return last;
            _reading = Task.Run(ReadOnceAsync);
            // Perhaps nobody waits for it.
            _ = _reading.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
            return _reading;
        }
    }

    private async Task<IssuerKeys> ReadOnceAsync()
    {
        var began = time.GetTimestamp();
        try
        {
            var keys = await reach.CallAsync(FetchAsync);
            lock (_lock)
            {
                _known = new Known(keys, began);
                if (_isSearch) _searchedAt = began;
                (_reading, _isSearch) = (null, false);
            }
            return keys;
        }
        catch
        {
            lock (_lock) (_failedAt, _isSearch) = (time.GetTimestamp(), false);
            throw;
        }
    }

    private async Task<IssuerKeys> FetchAsync(CancellationToken cancel)
    {
        var address = options.Metadata.GetLeftPart(UriPartial.Path);
        var metadata = await backchannel.GetMetadataAsync(cancel);
        // First, because nothing else of another issuer's metadata may be used (RFC 8414 §3.3).
        if (metadata["issuer"] as string is var issuer && issuer != options.IssuerName)
        {
            throw new IssuerStateException($"{address} is the metadata of '{Printable.Excerpt(issuer ?? "")}', not of "
                + $"'{options.IssuerName}'. Names are compared exactly, so write Issuer as the metadata does, or correct MetadataAddress.");
        }
        if (metadata["jwks_uri"] is not string keysAddress)
            throw new IssuerStateException($"{address} names no jwks_uri, so it is not the metadata of an issuer that publishes keys.");
        var keys = new IssuerKeys(metadata["introspection_endpoint"] as string, await backchannel.GetKeysAsync(keysAddress, cancel));
        return keys.HasKeys
            ? keys
            : throw new IssuerStateException($"The key set of {options.IssuerName} has no key that can check tokens: an EC key on the "
                + "curve P-256 or an RSA key of at least 2,048 bits, with a kid. Add a private key to the issuer's SigningKeys.");
    }

    private TimeSpan AgeOf(Known? known) => known is null ? TimeSpan.MaxValue : time.GetElapsedTime(known.ReadAt);

    private sealed record Known(IssuerKeys Keys, long ReadAt);
}
