using System.ComponentModel;
using Agentdom.Vaults;

namespace Agentdom;

/// <summary>Checks in the job's process that the job can find everything it needs. Called by the job's script only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RefreshCheck
{
    private const int MostAtOnce = 16;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>Opens the vault, reads every token, finds the secret of each one's host, and asks the hosts.</summary>
    /// <param name="vault">The vault's name.</param>
    /// <param name="askHosts">Whether to ask the hosts.</param>
    /// <returns>The failures, without secrets.</returns>
    public static AtpRefreshFailure[] Run(string vault, bool askHosts)
    {
        var failures = new List<AtpRefreshFailure>();
        try
        {
            var opened = VaultFinder.Open(vault, CancellationToken.None);
            var tokens = new TokenStore(opened) { AgentId = AgentId.Current().Value }.All();
            foreach (var host in tokens.Select(static t => t.Host).Distinct(StringComparer.Ordinal))
            {
                if (FindSecret(host, opened) is { } failure) failures.Add(failure);
            }
            if (askHosts) failures.AddRange(Ask(tokens));
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

    private static IEnumerable<AtpRefreshFailure> Ask(IEnumerable<StoredToken> tokens)
    {
        using var free = new SemaphoreSlim(MostAtOnce);
        var asking = tokens
            .GroupBy(static t => (t.Host, t.IsEndpointGiven ? t.TokenEndpoint : null))
            .Select(group => Task.Run(() => AskAsync(group.First(), free)));
        return [.. Task.WhenAll(asking).GetAwaiter().GetResult().OfType<AtpRefreshFailure>()];
    }

    // The first requests of a renewal, or, if it begins with the signed one, a question that changes nothing.
    private static async Task<AtpRefreshFailure?> AskAsync(StoredToken token, SemaphoreSlim free)
    {
        await free.WaitAsync().ConfigureAwait(false);
        using var deadline = new Deadline(s_patience);
        try
        {
            if (token.IsEndpointGiven)
                await Session.Client.VerifyAsync(token.VerifyEndpoint, token.AccessToken, deadline).ConfigureAwait(false);
            else
                await Session.Client.GetManifestAsync(AtpHost.Parse(token.Host), token.TrustedEndpointHosts, deadline)
                    .ConfigureAwait(false);
            return null;
        }
        catch (AtpException e)
        {
            // A host that answers is reached, whatever it says of this token.
            return !token.IsEndpointGiven || IsUnreachable(e.Error) ? Failure(token.Host, e) : null;
        }
        finally
        {
            free.Release();
        }
    }

    private static bool IsUnreachable(AtpError error) => error is AtpError.HostNotFound or AtpError.HostUnreachable
        or AtpError.ProxyRefused or AtpError.CertificateInvalid or AtpError.TimedOut;

    // Without the advice, because it is for a session and may not help a job.
    private static AtpRefreshFailure Failure(string? host, AtpException e) => new(host, "Atp" + e.Error, e.Happened);
}
