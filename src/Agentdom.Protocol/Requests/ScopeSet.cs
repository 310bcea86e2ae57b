namespace Agentdom.Protocol;

/// <summary>The rules for scopes on the wire: RFC 6749 §3.3 scope-tokens, 1 to 64 of them (protocol.md §4).</summary>
internal static class ScopeSet
{
    /// <summary>The maximum number of scopes in one request.</summary>
    public const int MaxCount = 64;

    /// <summary>The maximum length of a scope in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>Whether a text is a scope-token of 1 to 128 characters.</summary>
    public static bool IsScope(string text)
    {
        if (text.Length is 0 or > MaxLength) return false;
        foreach (var c in text)
        {
            if (c is < '!' or > '~' or '"' or '\\') return false;
        }
        return true;
    }

    /// <summary>The scopes in the order given, each once.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.ScopeInvalid"/></exception>
    public static IReadOnlyList<string> Check(IEnumerable<string> scopes)
    {
        var distinct = scopes.Distinct(StringComparer.Ordinal).ToList();
        var wrong = distinct.Find(static s => !IsScope(s));
        if (wrong is not null)
            throw new AtpException(AtpError.ScopeInvalid, $"'{Printable.Excerpt(wrong)}' is not a scope.",
                "A scope has 1 to 128 printable ASCII characters, no spaces, quotes or backslashes. Use a list for several.");
        if (distinct.Count is 0 or > MaxCount)
            throw new AtpException(AtpError.ScopeInvalid, $"A request has 1 to {MaxCount} scopes; this one has {distinct.Count}.",
                "Name the scopes that the token is needed for.");
        return distinct;
    }

    /// <summary>The scopes that an answer or a manifest lists, or null if it has no list.</summary>
    /// <exception cref="JsonFormatException">One is not a scope-token.</exception>
    internal static IReadOnlyList<string>? Read(JsonObject json, string name)
    {
        var scopes = json.Texts(name);
        return scopes is null || scopes.All(IsScope)
            ? scopes
            : throw new JsonFormatException($"'{name}' contains something that is not a scope.");
    }

    /// <summary>A key for a set of scopes that does not depend on their order.</summary>
    internal static string Key(IEnumerable<string> scopes) => string.Join(" ", scopes is IReadOnlyList<string> list && IsOrdered(list)
        ? list
        : scopes.Distinct(StringComparer.Ordinal).OrderBy(static s => s, StringComparer.Ordinal));

    // Usually they are, and sorting a list of two costs more than the rest of an entry's name.
    private static bool IsOrdered(IReadOnlyList<string> scopes)
    {
        for (var i = 1; i < scopes.Count; i++)
        {
            if (string.CompareOrdinal(scopes[i - 1], scopes[i]) >= 0) return false;
        }
        return true;
    }
}
