namespace Agentdom.Client;

/// <summary>Which grants are more than was asked for: scopes that were not requested, or a life of more than 24 hours.</summary>
internal sealed class GrantExcess
{
    internal static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    private readonly StoredToken _token;

    private GrantExcess(StoredToken token)
    {
        _token = token;
        Scopes = [.. token.ScopesGranted.Except(token.ScopesRequested, StringComparer.Ordinal)];
        IsTooLong = token.ExpiresAt - token.IssuedAt > LongestLife;
    }

    /// <summary>The granted scopes that were not requested.</summary>
    internal IReadOnlyList<string> Scopes { get; }

    /// <summary>Whether the token is valid for more than 24 hours.</summary>
    internal bool IsTooLong { get; }

    /// <summary>What is too much, as a full sentence.</summary>
    internal string Description
    {
        get
        {
            var parts = new List<string>();
            if (Scopes.Count > 0) parts.Add($"scopes that were not requested ({string.Join(" ", Scopes)})");
            if (IsTooLong) parts.Add($"a life of {(_token.ExpiresAt - _token.IssuedAt).TotalHours:0} hours");
            return $"{_token.Host} granted {string.Join(" and ", parts)}.";
        }
    }

    /// <summary>How a grant exceeds its request, or null if it does not.</summary>
    internal static GrantExcess? Of(StoredToken token)
    {
        var excess = new GrantExcess(token);
        return excess.Scopes.Count > 0 || excess.IsTooLong ? excess : null;
    }
}
