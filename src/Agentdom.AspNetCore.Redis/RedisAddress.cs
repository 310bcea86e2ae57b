using System.Globalization;
using StackExchange.Redis;

namespace Agentdom.AspNetCore.Redis;

/// <summary>
/// An address such as <c>rediss://user:password@host:6380/2</c>, as hosting platforms give it. <c>rediss</c> means TLS.
/// </summary>
internal static class RedisAddress
{
    private const int DefaultPort = 6379;
    private const string Form = "Write redis://user:password@host:6379/0, or rediss:// for TLS, with special characters in user and "
        + "password percent-encoded.";

    /// <summary>Whether a text is an address, and no StackExchange.Redis connection string.</summary>
    internal static bool Is(string connection) => connection.Contains("://", StringComparison.Ordinal);

    /// <exception cref="ArgumentException">The address cannot be used. The message does not repeat it.</exception>
    internal static ConfigurationOptions Parse(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0)
            throw Refused("This is not a Redis address.");
        if (uri.Query.Length > 1 || uri.Fragment.Length > 1)
            throw Refused("The Redis address has options after '?' or '#', which are not supported.");

        var options = new ConfigurationOptions { Ssl = uri.Scheme == "rediss", DefaultDatabase = Database(uri.AbsolutePath) };
        options.EndPoints.Add(uri.IdnHost.Trim('[', ']'), uri.IsDefaultPort || uri.Port <= 0 ? DefaultPort : uri.Port);
        if (uri.UserInfo.Length == 0) return options;
        if (uri.UserInfo.Split(':', 2) is not [var user, var password])
            throw Refused("The Redis address has no ':' before its password.");
        options.User = user.Length == 0 ? null : Uri.UnescapeDataString(user);
        options.Password = Uri.UnescapeDataString(password);
        return options;
    }

    private static int? Database(string path)
    {
        if (path.Trim('/') is not { Length: > 0 } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refused("The path of a Redis address is the number of a database.");
    }

    private static ArgumentException Refused(string reason) => new($"{reason} {Form}");
}
