namespace Agentdom.Benchmarks;

/// <summary>
/// A home for the module that is not the user's own, for this process and its children. It is removed on dispose.
/// </summary>
internal sealed class TemporaryHome : IDisposable
{
    private static readonly string[] s_cleared =
        ["AGENTDOM_ATP_SECRET", "AGENTDOM_ATP_HOSTS", "AGENTDOM_VAULT_KEY", "AGENTDOM_AGENT_ID"];

    /// <summary>It is deleted with everything in it.</summary>
    internal string Folder { get; } = Directory.CreateTempSubdirectory("agentdom-benchmark-").FullName;

    internal TemporaryHome()
    {
        Environment.SetEnvironmentVariable(AgentdomHome.Variable, Folder);
        // The module's own vault, even if another one is registered with SecretManagement.
        Environment.SetEnvironmentVariable("AGENTDOM_VAULT", FileVault.VaultName);
        foreach (var name in s_cleared) Environment.SetEnvironmentVariable(name, null);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
