namespace Agentdom.Vaults;

/// <summary>Whether somebody sits at this session who could answer a question.</summary>
internal static class Interactivity
{
    internal static bool CanAnswer { get; } =
        Environment.UserInteractive && !Console.IsInputRedirected
        && !Environment.GetCommandLineArgs().Any(static a => a.Length > 4
            && "-noninteractive".StartsWith(a.Replace("--", "-").ToLowerInvariant(), StringComparison.Ordinal));
}
