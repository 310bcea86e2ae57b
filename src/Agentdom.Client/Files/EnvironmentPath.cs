namespace Agentdom.Client;

/// <summary>
/// Paths that environment variables give. A service or a compose file passes <c>~</c> on as it is, so it means the home folder
/// here. A relative path never counts: which folder it means would depend on where the process was started.
/// </summary>
internal static class EnvironmentPath
{
    /// <summary>The absolute path that a variable gives, or null if it is not set.</summary>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="ignoreRelative">Whether a relative path counts as not set, as the XDG specification says. Otherwise it is an error.</param>
    /// <exception cref="AtpException">
    /// <see cref="AtpError.HomeInvalid"/>: the path is relative or names the home of a user; or the account has no home folder.
    /// </exception>
    internal static string? Read(string variable, bool ignoreRelative = false)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(value)) return null;
        if (value![0] == '~') return Path.GetFullPath(InHome(variable, value));
        if (IsAbsolute(value)) return Path.GetFullPath(value);
        return ignoreRelative ? null : throw new AtpException(AtpError.HomeInvalid,
            $"{variable} is '{Printable.Excerpt(value)}', which is not an absolute path, so it would depend on the current folder.",
            "Use an absolute path. Variables in it are not expanded; a leading ~ is.");
    }

    private static string InHome(string variable, string value)
    {
        if (value.Length == 1) return UserFolders.Home;
        if (IsSeparator(value[1])) return Path.Combine(UserFolders.Home, value.Substring(2).TrimStart('/', Path.DirectorySeparatorChar));
        throw new AtpException(AtpError.HomeInvalid,
            $"{variable} is '{Printable.Excerpt(value)}'. Only ~ for the home folder of this user is understood, not the home of a named user.",
            "Use an absolute path.");
    }

    // .NET Framework has no Path.IsPathFullyQualified.
    private static bool IsAbsolute(string path) => Path.DirectorySeparatorChar == '/'
        ? path[0] == '/'
        : path.Length > 2 && IsSeparator(path[2]) && path[1] == ':' || path.Length > 1 && IsSeparator(path[0]) && IsSeparator(path[1]);

    private static bool IsSeparator(char character) => character == '/' || character == Path.DirectorySeparatorChar;
}
