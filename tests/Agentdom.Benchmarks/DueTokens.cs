namespace Agentdom.Benchmarks;

/// <summary>Stored tokens that are all due, for one host. Each has a different pair of scopes.</summary>
internal static class DueTokens
{
    private const int ScopeCount = 150;

    /// <summary>All scopes that the issuer must know.</summary>
    internal static IReadOnlyList<string> Scopes { get; } = [.. Enumerable.Range(0, ScopeCount).Select(static i => $"scope.{i:000}")];

    internal static void Fill(TokenStore store, AtpHost host, int count)
    {
        var (agent, now) = (AgentId.Current().Value, DateTimeOffset.UtcNow);
        foreach (var scopes in Pairs().Take(count))
        {
            // Expired rather than about to expire, because filling the vault takes a while.
            store.Save(BenchmarkTokens.Make(host, scopes, agent, now.AddHours(-1), now.AddMinutes(-1)));
        }
    }

    internal static int CountNewerThan(TokenStore store, DateTimeOffset moment) => store.All().Count(t => t.IssuedAt >= moment);

    private static IEnumerable<string[]> Pairs() =>
        from first in Enumerable.Range(0, ScopeCount)
        from second in Enumerable.Range(first + 1, ScopeCount - first - 1)
        select new[] { Scopes[first], Scopes[second] };
}
