namespace Agentdom;

/// <summary>
/// Has the runner of a pipeline blank out, in its log, a secret that is about to leave the module as plain text. Elsewhere
/// nothing is written.
/// </summary>
internal static class CiMask
{
    internal static void Add(string secret)
    {
        // The runner reads this process's own output. A pipeline or a stream of PowerShell may be captured, and a
        // transcript would keep the secret.
        if (CommandFor(secret) is { } command) Console.Out.Write(command);
    }

    private static string? CommandFor(string secret)
    {
        // GitHub obeys at the start of a line only, and Write-Host -NoNewline may have left one unfinished.
        if (IsTrue("GITHUB_ACTIONS")) return Lines(secret, "\n::add-mask::", "%25");
        return IsTrue("TF_BUILD") ? Lines(secret, "##vso[task.setsecret]", "%AZP25") : null;
    }

    // Logs are masked line by line, so each line of a secret is one of its own.
    private static string Lines(string secret, string command, string percent) => string.Concat(
        secret.Split('\r', '\n').Where(static line => line.Trim().Length > 0).Select(line => command + line.Replace("%", percent) + "\n"));

    private static bool IsTrue(string variable) =>
        "true".Equals(Environment.GetEnvironmentVariable(variable), StringComparison.OrdinalIgnoreCase);
}
