using System.Reflection;
using System.Runtime.CompilerServices;

namespace Agentdom.Tests.Support;

/// <summary>Paths of the build output, and a home for the module that is not the user's own.</summary>
internal static class TestPaths
{
    internal static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    internal static string ModuleManifest { get; } = Path.Combine(RepositoryRoot, "out", "Agentdom", "Agentdom.psd1");

    /// <summary>The pwsh of the tool manifest, for dotnet to run.</summary>
    internal static string Pwsh { get; } = Metadata("Pwsh");

    internal static string TestEngine { get; } = BuildOutput("tests/Agentdom.TestEngine", "Agentdom.TestEngine.dll");

    internal static string Fuzzer { get; } = BuildOutput("tests/Agentdom.Fuzz", "Agentdom.Fuzz.dll");

    internal static string HelpTool { get; } = BuildOutput("src/Agentdom.Help", "Agentdom.Help.dll");

    internal static string CmdletAssembly { get; } = BuildOutput("src/Agentdom", "Agentdom.dll", framework: "");

    internal static string OtherModule { get; } = BuildOutput("tests/OtherModule", "OtherModule.dll", "netstandard2.0");

    internal static string MsalModule { get; } = BuildOutput("tests/MsalModule", "MsalModule.dll", "netstandard2.0");

    internal static string SampleIssuer { get; } = BuildOutput("samples/Issuer", "Issuer.dll");

    internal static string SampleResource { get; } = BuildOutput("samples/Resource", "Resource.dll");

    internal static string JwtBearerResource { get; } = BuildOutput("tests/JwtBearerResource", "JwtBearerResource.dll");

    internal static string DatabaseNode { get; } = BuildOutput("tests/Agentdom.DatabaseNode", "Agentdom.DatabaseNode.dll");

    internal static string Quickstart { get; } = BuildOutput("samples/Quickstart", "Quickstart.dll");

    /// <summary>The configuration that these tests were built in, Debug or Release.</summary>
    internal static string Configuration => Metadata("Configuration");

    /// <summary>A fresh folder below the system's temporary one.</summary>
    internal static string NewFolder() => Directory.CreateTempSubdirectory("agentdom-tests-").FullName;

    [ModuleInitializer]
    internal static void KeepAwayFromTheUsersVault()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_HOME", NewFolder());
        string[] settings = ["AGENTDOM_ATP_SECRET", "AGENTDOM_ATP_HOSTS", "AGENTDOM_VAULT", "AGENTDOM_VAULT_KEY", "AGENTDOM_AGENT_ID"];
        foreach (var name in settings)
            Environment.SetEnvironmentVariable(name, null);
        // The user's keychain is not used either.
        Environment.SetEnvironmentVariable("AGENTDOM_KEYCHAIN", "off");
        // Otherwise child processes would print mask commands in a CI pipeline.
        foreach (var name in new[] { "GITHUB_ACTIONS", "TF_BUILD" }) Environment.SetEnvironmentVariable(name, null);
    }

    internal static string BuildOutput(string project, string file, string framework = "net10.0") =>
        Path.Combine(RepositoryRoot, project, "bin", Configuration, framework, file);

    private static string Metadata(string key) => typeof(TestPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == key).Value!;
}
