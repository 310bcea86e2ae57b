using System.Runtime.InteropServices;

namespace Agentdom.Jobs;

/// <summary>
/// The environment variables of the registering session that the job needs too: those that select the tokens, and those that
/// decide how the network is reached. None of them may contain a password, because the job's script and its command are files.
/// </summary>
internal static class JobEnvironment
{
    // Both cases, because programs differ in which one they read.
    private static readonly string[] s_proxies =
        ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"];

    private static readonly string[] s_exceptions = ["NO_PROXY", "no_proxy"];

    // OpenSSL reads these when the process starts to use TLS, and does not see what a script has set.
    private static readonly string[] s_authorities = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <summary>The variables of the network, for messages.</summary>
    internal const string Network = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR";

    /// <summary>The script's assignments, one for each line.</summary>
    internal static IEnumerable<string> Assignments()
    {
        string[] always = [AgentdomHome.Variable, AgentId.Variable, .. UserFolders.Variables];
        foreach (var name in always)
        {
            var value = name == AgentdomHome.Variable ? AgentdomHome.Moved : Value(name);
            yield return $"$env:{name} = {(value is null ? "$null" : CommandText.ForPowerShell(value))}";
        }
        // A scheduler may have settings of its own for what the session leaves unset.
        foreach (var name in s_proxies.Concat(s_exceptions))
        {
            if (Value(name) is { } value) yield return $"$env:{name} = {CommandText.ForPowerShell(value)}";
        }
    }

    /// <summary>The command that starts PowerShell with the session's certificate authorities.</summary>
    internal static IReadOnlyList<string> WithAuthorities(IReadOnlyList<string> engine)
    {
        // Only OpenSSL reads them, so they have no effect on Windows.
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || s_authorities.All(static name => Value(name) is null)) return engine;
        var settings = s_authorities.Where(static n => Value(n) is not null).Select(static n => $"{n}={Absolute(Value(n)!)}");
        return [CommandText.Env, .. settings, .. engine];
    }

    /// <summary>Fails if a variable that the job needs contains a password.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.JobWouldFail"/></exception>
    internal static void RequireNoPassword()
    {
        if (s_proxies.FirstOrDefault(static name => Value(name)?.LastIndexOf('@') >= 0) is not { } name) return;
        throw new AtpException(AtpError.JobWouldFail,
            $"The job was not registered. It needs {name}, which contains a user name or a password, and the job's script would hold them.",
            "Use a proxy that needs none, such as one on this machine that logs on to the other. Or set the variable in your scheduler's "
            + "own settings, unset it here and register with -SkipHostCheck. -Scheduler InProcess uses the variables of this session.");
    }

    private static string? Value(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string Absolute(string paths) => string.Join($"{Path.PathSeparator}",
        paths.Split([Path.PathSeparator], StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath));
}
