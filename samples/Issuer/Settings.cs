using System.Globalization;
using Agentdom.AspNetCore;

/// <summary>The settings of the sample, as Program.cs lists them.</summary>
internal static class Settings
{
    private const string KeyFile = ".pem";
    private const string Pem = "-----BEGIN";

    /// <exception cref="SettingException">A setting is not a number or an address, or a file cannot be read.</exception>
    internal static Action<AgentTokenIssuerOptions> Read(IConfiguration settings)
    {
        var keys = Keys(settings).Select(KeyOf).ToList();
        var origin = settings["ATP_PUBLIC_ORIGIN"] is not { Length: > 0 } address ? null
            : Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri
            : throw new SettingException("ATP_PUBLIC_ORIGIN is an address such as https://api.example.com.");
        var lifetime = Number(settings, "ATP_TOKEN_TTL", "a whole number of seconds");
        var limit = settings["ATP_RATE_LIMIT"] is "off" ? null : Number(settings, "ATP_RATE_LIMIT", "a whole number of requests, or off");
        return options =>
        {
            if (settings["ATP_SECRET"] is { Length: > 0 } secret) options.Secrets.Add(secret);
            var scopes = settings["ATP_SCOPES"] ?? (options.Scopes.Count == 0 ? "data.read data.write" : "");
            foreach (var scope in scopes.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)) options.Scopes.Add(scope);
            foreach (var key in keys) options.SigningKeys.Add(key);
            if (origin is not null) options.PublicOrigin = origin;
            if (lifetime is { } seconds) options.TokenLifetime = TimeSpan.FromSeconds(seconds);
            if (limit is null && settings["ATP_RATE_LIMIT"] is not "off") return;
            options.Limits.RequestsPerMinutePerAgent = limit;
            options.Limits.RequestsPerMinutePerAddress = limit is { } count ? (int)Math.Min(10L * count, int.MaxValue) : null;
        };
    }

    /// <returns>Whether a key is a private one, whose public half others can use.</returns>
    /// <exception cref="SettingException">They could not find it.</exception>
    internal static bool HasPrivateKey(IConfiguration settings)
    {
        var listed = settings.GetSection("AgentTokens:SigningKeys").GetChildren();
        if (!Array.Exists(Keys(settings), IsFile) && !listed.Any(static key => key.Value?.Contains(Pem) == true)) return false;
        string[] addresses = ["ATP_PUBLIC_ORIGIN", "AgentTokens:PublicOrigin", "AgentTokens:Issuer"];
        return Array.Exists(addresses, name => settings[name] is { Length: > 0 })
            ? true
            : throw new SettingException("Private keys need ATP_PUBLIC_ORIGIN, because others look for the public keys at that address.");
    }

    private static string[] Keys(IConfiguration settings) => (settings["ATP_SIGNING_KEY"] ?? "")
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsFile(string key) => key.EndsWith(KeyFile, StringComparison.OrdinalIgnoreCase);

    private static string KeyOf(string key)
    {
        if (!IsFile(key)) return key;
        try
        {
            return File.ReadAllText(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"ATP_SIGNING_KEY: {e.Message}");
        }
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
