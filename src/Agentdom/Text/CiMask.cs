namespace Agentdom;

/// <summary>
/// Tells the runner of a CI pipeline to mask a secret in its log, before the module outputs it as plain text. Outside a pipeline
/// nothing is written.
/// </summary>
internal static class CiMask
{
    internal static void Add(string secret)
    {
        // Written to the process's own output, which the runner reads. PowerShell's streams may be captured, and a transcript
        // would record the secret.
        if (CommandFor(secret) is { } command) Console.Out.Write(command);
    }

    private static string? CommandFor(string secret)
    {
        // GitHub accepts the command only at the start of a line, and Write-Host -NoNewline may have left one unfinished.
        if (IsTrue("GITHUB_ACTIONS")) return Lines(secret, "\n::add-mask::", "%25");
        return IsTrue("TF_BUILD") ? Lines(secret, "##vso[task.setsecret]", "%AZP25") : null;
    }

    // Logs are masked line by line, so each line of a secret needs its own command.
    private static string Lines(string secret, string command, string percent) => string.Concat(
        secret.Split('\r', '\n').Where(static line => line.Trim().Length > 0).Select(line => command + line.Replace("%", percent) + "\n"));

    private static bool IsTrue(string variable) =>
        "true".Equals(Environment.GetEnvironmentVariable(variable), StringComparison.OrdinalIgnoreCase);
}
