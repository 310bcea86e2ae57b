using System.ComponentModel;
using Agentdom.Vaults;

namespace Agentdom;

/// <summary>Checks in the job's process that the job can find everything it needs. Called by the job's script only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RefreshCheck
{
    /// <summary>Opens the vault, reads every token and finds the secret of each one's host.</summary>
    /// <returns>The failures, without secrets.</returns>
    public static AtpRefreshFailure[] Run(string vault)
    {
        var failures = new List<AtpRefreshFailure>();
        try
        {
            var opened = VaultFinder.Open(vault, CancellationToken.None);
            var store = new TokenStore(opened) { AgentId = AgentId.Current().Value };
            foreach (var host in store.All().Select(static t => t.Host).Distinct(StringComparer.Ordinal))
            {
                if (FindSecret(host, opened) is { } failure) failures.Add(failure);
            }
        }
        catch (AtpException e)
        {
            failures.Add(Failure(null, e));
        }
        return [.. failures];
    }

    private static AtpRefreshFailure? FindSecret(string host, ITokenVault vault)
    {
        try
        {
            Session.FindSecret(null, AtpHost.Parse(host), () => vault).Dispose();
            return null;
        }
        catch (AtpException e)
        {
            return Failure(host, e);
        }
    }

    // Without the advice, because it is for a session and may not help a job.
    private static AtpRefreshFailure Failure(string? host, AtpException e) => new(host, "Atp" + e.Error, e.Happened);
}
