using System.Text.Json;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Agentdom.AspNetCore;

/// <summary>
/// The issuer's metadata and keys. They are read when the first token needs them, and again in the background every five minutes
/// while there are requests, so that a key that the issuer withdrew is not trusted for long.
/// </summary>
/// <remarks>
/// Not Microsoft's <c>ConfigurationManager</c>: it keeps keys for twelve hours, and if a token has an unknown key it reads them in the
/// background and refuses the token meanwhile.
/// </remarks>
internal sealed class IssuerMetadata(AgentTokenOptions options, Backchannel backchannel, IssuerReach reach, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private volatile IssuerKeys? _known;
    private Task<IssuerKeys>? _reading;
    private DateTimeOffset _lastReading = DateTimeOffset.MinValue;
    private DateTimeOffset _lastUnknownKey = DateTimeOffset.MinValue;

    /// <summary>Finds a key of the issuer. An unknown key makes it read them again, but only once in five minutes.</summary>
    /// <exception cref="IssuerStateException">The keys have never been read, or cannot be read now.</exception>
    internal async ValueTask<VerificationKey?> FindKeyAsync(string keyId, CancellationToken cancel)
    {
        var known = await GetAsync(cancel);
        if (known.Find(keyId) is { } key) return key;
        return ReadForUnknownKey() is { } reading ? (await reading.WaitAsync(cancel)).Find(keyId) : null;
    }

    /// <exception cref="IssuerStateException">It has never been read, and cannot be read now.</exception>
    internal ValueTask<IssuerKeys> GetAsync(CancellationToken cancel)
    {
        if (_known is not { } known) return new(Read().WaitAsync(cancel));
        if (time.GetUtcNow() - _lastReading >= s_pause) Read();
        return new(known);
    }

    // Null if it was done a short time ago, and is over.
    private Task<IssuerKeys>? ReadForUnknownKey()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now - _lastUnknownKey < s_pause) return _reading;
            _lastUnknownKey = now;
            return Read();
        }
    }

    // One at a time. All who need it wait for the same one, and none of them can cancel it.
    private Task<IssuerKeys> Read()
    {
        lock (_lock)
        {
            if (_reading is not null) return _reading;
            _lastReading = time.GetUtcNow();
            var reading = Task.Run(() => reach.CallAsync(ReadAsync).AsTask());
            _reading = reading;
            _ = reading.ContinueWith(Keep, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return reading;
        }
    }

    private void Keep(Task<IssuerKeys> reading)
    {
        lock (_lock)
        {
            // A failure is reported to those who wait. The older keys stay in use.
            if (reading.Exception is null) _known = reading.Result;
            _reading = null;
        }
    }

    private async Task<IssuerKeys> ReadAsync(CancellationToken cancel)
    {
        var address = options.Metadata.AbsoluteUri;
        try
        {
            var document = await OpenIdConnectConfigurationRetriever.GetAsync(address, backchannel, cancel);
            if (document.Issuer?.TrimEnd('/') != options.IssuerName)
            {
                throw new IssuerStateException(
                    $"{address} is the metadata of '{Printable.Line(document.Issuer ?? "")}', not of {options.IssuerName}.");
            }
            return new IssuerKeys(document);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new IssuerStateException($"{address} is not the metadata of an issuer (RFC 8414), or its key set cannot be read.");
        }
    }
}
