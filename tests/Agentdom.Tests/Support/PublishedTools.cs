using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>The published AgentDOM package, unmodified, which <c>npm ci</c> puts into tests/published-agentdom.</summary>
internal static class PublishedTools
{
    private const string Name = "published-agentdom";

    private static readonly string s_project = Path.Combine(TestPaths.RepositoryRoot, "tests", "published-agentdom");

    private static readonly string s_package = Path.Combine(s_project, "node_modules", "agentdom");

    /// <summary>Its command line.</summary>
    internal static string Agentdom => Script("bin", "agentdom.js");

    /// <summary>Its tools for publishers of manifests.</summary>
    internal static string Publisher => Script("tools", "publisher.mjs");

    /// <summary>Its other check of a manifest, which has other rules.</summary>
    internal static string Validator => Script("tools", "validate-manifest.js");

    /// <summary>Its module that issues, rotates and revokes tokens, which is a command too.</summary>
    internal static string AgentTokens => Script("lib", "agent-tokens.js");

    /// <summary>Its module that stores credentials, in the system's keychain or encrypted in the wallet.</summary>
    internal static string Keychain => Script("lib", "keychain.js");

    /// <summary>Its module that finds the credential for a host.</summary>
    internal static string Secrets => Script("lib", "secrets.js");

    /// <summary>Its MCP server with the intent dispatcher.</summary>
    internal static string DesktopServer
    {
        get
        {
            SkipIfMissing();
            return Path.Combine(s_package, "desktop-mcp-server.js");
        }
    }

    /// <summary>The manifests of well-known hosts that it comes with, or the test is skipped.</summary>
    internal static string[] Manifests
    {
        get
        {
            SkipIfMissing();
            return [.. Directory.GetFiles(Path.Combine(s_package, "manifests"), "*.json").Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Skips the test if the package is not here.</summary>
    internal static void SkipIfMissing() => Needs.That(
        Directory.Exists(s_package), Name, $"The published AgentDOM tools are not here (npm ci --ignore-scripts, in {s_project}).");

    /// <summary>Runs one of its scripts in Node, or skips the test.</summary>
    /// <param name="authority">The authority that Node trusts beside the usual ones.</param>
    /// <param name="home">The home folder, and the folder to run in.</param>
    /// <param name="arguments">The script and its arguments.</param>
    /// <returns>Both streams, without colours.</returns>
    internal static Task<(int ExitCode, string Output, string Errors)> RunAsync(
        ThrowawayAuthority? authority, string home, params string[] arguments) => RunAsync(authority, home, [], arguments);

    /// <inheritdoc cref="RunAsync(ThrowawayAuthority?, string, string[])"/>
    /// <param name="authority">The authority that Node trusts beside the usual ones.</param>
    /// <param name="home">The home folder, and the folder to run in.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="arguments">The script and its arguments.</param>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        ThrowawayAuthority? authority, string home, (string Name, string Value)[] environment, string[] arguments)
    {
        SkipIfMissing();
        var start = new ProcessStartInfo("node", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        start.Environment["HOME"] = home;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        if (authority is not null) start.Environment["NODE_EXTRA_CA_CERTS"] = authority.File;
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, Plain(output), Plain(await errors));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Needs.Missing(Name, "There is no node here.");
            throw;
        }
    }

    private static string Script(string folder, string file)
    {
        SkipIfMissing();
        return Path.Combine(s_package, folder, file);
    }

    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;]*m", "");
}
