using Agentdom.AspNetCore;

/// <summary>The setting ATP_STATE, as Program.cs describes it.</summary>
internal static class StateSetting
{
    /// <returns>Whether registered agents are in a database.</returns>
    /// <exception cref="SettingException">It is none of those that Program.cs lists.</exception>
    internal static bool Use(AgentTokenIssuerBuilder tokens, IConfiguration settings)
    {
        try
        {
            return Use(tokens, settings["ATP_STATE"] ?? "", settings["ATP_KEYS"]);
        }
        catch (ArgumentException e)
        {
            throw new SettingException($"ATP_STATE: {e.Message}");
        }
    }

    private static bool Use(AgentTokenIssuerBuilder tokens, string state, string? keys)
    {
        switch (state.Split(':', 2))
        {
            case ["" or "memory"]:
                return false;
            case ["redis", var address] when IsHostAndPort(address):
                tokens.UseRedis(address);
                return false;
            case ["redis" or "rediss", ['/', '/', ..]]:
                tokens.UseRedis(state);
                return false;
#if SQLITE
            case ["sqlite", var path] when path.Trim().Length > 0:
                tokens.UseSqlite(path.Trim());
                return false;
            case ["agents", var path] when path.Trim().Length > 0:
                AgentDatabase.UseSqlite(tokens, path.Trim(), keys);
                return true;
#endif
#if POSTGRES
            case ["postgres", var connection] when connection.Trim().Length > 0:
                AgentDatabase.UsePostgres(tokens, connection.Trim(), keys);
                return true;
#endif
            default:
                throw new SettingException(
                    "ATP_STATE is memory, sqlite:PATH or redis:HOST:PORT, or an address such as rediss://USER:PASSWORD@HOST. For "
                    + "registered agents it is agents:PATH or postgres:CONNECTION-STRING.");
        }
    }

    // Checked as a URL, so that the Redis client cannot read it as an option.
    private static bool IsHostAndPort(string address) =>
        Uri.TryCreate($"redis://{address}", UriKind.Absolute, out var uri) && uri.Port > 0
        && uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
        && uri.Authority.Equals(address, StringComparison.OrdinalIgnoreCase);
}
