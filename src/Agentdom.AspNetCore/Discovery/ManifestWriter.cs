using Microsoft.Extensions.Logging;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.AspNetCore;

/// <summary>Writes the app's manifest from its file, its options and its capabilities.</summary>
internal sealed class ManifestWriter(
    ManifestFile file, IEnumerable<ICapabilitySource> sources, TimeProvider time, ILogger<ManifestWriter> log)
{
    private readonly Lock _reading = new();
    private readonly CapabilityFinder[] _finders =
    [
        .. sources.Select(source => new CapabilityFinder(
            source, time, new Outage(log.CapabilitiesUnavailable, log.CapabilitiesAvailable))),
    ];

    private ManifestContent? _content;

    /// <param name="options">The options in force.</param>
    /// <param name="origin">The address at which agents reach the app, without a slash at the end.</param>
    /// <param name="auth">What <see cref="IssuerManifest.Auth"/> returned, with what else the app has mapped.</param>
    internal async ValueTask<WrittenManifest> WriteAsync(AgentTokenIssuerOptions options, string origin, JsonObject auth)
    {
        var found = new IReadOnlyList<FoundCapability>?[_finders.Length];
        for (var i = 0; i < found.Length; i++) found[i] = await _finders[i].FindAsync();
        return ContentOf(options, found).For(origin, auth);
    }

    private ManifestContent ContentOf(AgentTokenIssuerOptions options, IReadOnlyList<FoundCapability>?[] found)
    {
        var app = file.Find(options.Manifest.File);
        // The app's own nodes may be read for the first time here, which is not safe in several threads.
        lock (_reading)
        {
            if (_content?.IsOf(options, app, found) != true) _content = new ManifestContent(options, app, found, log);
            return _content;
        }
    }
}
