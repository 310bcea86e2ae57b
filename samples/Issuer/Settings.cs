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
            var keys = settings["ATP_SIGNING_KEY"] ?? "";
            foreach (var key in keys.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                options.SigningKeys.Add(key);
            if (lifetime is { } seconds) options.TokenLifetime = TimeSpan.FromSeconds(seconds);
            if (limit is null && settings["ATP_RATE_LIMIT"] is not "off") return;
            options.Limits.RequestsPerMinutePerAgent = limit;
            options.Limits.RequestsPerMinutePerAddress = limit is { } count ? (int)Math.Min(10L * count, int.MaxValue) : null;
        };
    }

    private static int? Number(IConfiguration settings, string name, string kind)
    {
        if (settings[name] is not { Length: > 0 } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SettingException($"{name} is {kind}.");
    }
}

/// <summary>A setting is invalid. The message says what it should be.</summary>
internal sealed class SettingException(string message) : Exception(message);
