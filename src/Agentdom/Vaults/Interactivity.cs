namespace Agentdom.Vaults;

/// <summary>Whether a user can answer a prompt in this session.</summary>
internal static class Interactivity
{
    internal static bool CanAnswer { get; } =
        Environment.UserInteractive && !Console.IsInputRedirected
        && !Environment.GetCommandLineArgs().Any(static a => a.Length > 4
            && "-noninteractive".StartsWith(a.Replace("--", "-").ToLowerInvariant(), StringComparison.Ordinal));
}
