using System.Globalization;
using Agentdom.AspNetCore;

/// <summary>The settings of the sample, as Program.cs lists them.</summary>
internal static class Settings
{
    /// <exception cref="SettingException">A setting is not a number.</exception>
    internal static Action<AgentTokenIssuerOptions> Read(IConfiguration settings)
    {
        var lifetime = Number(settings, "ATP_TOKEN_TTL", "a whole number of seconds");
        var limit = settings["ATP_RATE_LIMIT"] is "off" ? null : Number(settings, "ATP_RATE_LIMIT", "a whole number of requests, or off");
        return options =>
        {
            if (settings["ATP_SECRET"] is { Length: > 0 } secret) options.Secrets.Add(secret);
            var scopes = settings["ATP_SCOPES"] ?? (options.Scopes.Count == 0 ? "data.read data.write" : "");
            foreach (var scope in scopes.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)) options.Scopes.Add(scope);
            if (lifetime is { } seconds) options.TokenLifetime = TimeSpan.FromSeconds(seconds);
            if (limit is null && settings["ATP_RATE_LIMIT"] is not "off") return;
            options.Limits.RequestsPerMinutePerAgent = limit;
            options.Limits.RequestsPerMinutePerAddress = limit is { } count ? (int)Math.Min(10L * count, int.MaxValue) : null;
        };
    }

    /// <exception cref="SettingException">The state is none of those that Program.cs lists.</exception>
    internal static void UseState(AgentTokenIssuerBuilder tokens, string? state)
    {
        try
        {
            Use(tokens, state);
        }
        catch (ArgumentException e)
        {
            throw new SettingException($"ATP_STATE: {e.Message}");
        }
    }

    private static void Use(AgentTokenIssuerBuilder tokens, string? state)
    {
        switch ((state ?? "").Split(':', 2))
        {
            case ["" or "memory"]:
                break;
            case ["redis", var address] when IsHostAndPort(address):
                tokens.UseRedis(address);
                break;
            case ["redis" or "rediss", ['/', '/', ..]]:
                tokens.UseRedis(state!);
                break;
#if SQLITE
            case ["sqlite", var path] when path.Trim().Length > 0:
                tokens.UseSqlite(path.Trim());
                break;
#endif
            default:
                throw new SettingException(
                    "ATP_STATE is memory, sqlite:PATH or redis:HOST:PORT, or an address such as rediss://USER:PASSWORD@HOST.");
        }
    }

    private static int? Number(IConfiguration settings, string name, string kind)
    {
        if (settings[name] is not { Length: > 0 } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SettingException($"{name} is {kind}.");
    }

    // Checked as a URL, so that the Redis client cannot read it as an option.
    private static bool IsHostAndPort(string address) =>
        Uri.TryCreate($"redis://{address}", UriKind.Absolute, out var uri) && uri.Port > 0
        && uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
        && uri.Authority.Equals(address, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A setting is invalid. The message says what it should be.</summary>
internal sealed class SettingException(string message) : Exception(message);
