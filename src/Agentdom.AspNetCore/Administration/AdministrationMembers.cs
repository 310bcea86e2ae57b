namespace Agentdom.AspNetCore;

/// <summary>Reads the members of a request and collects what is wrong with them, so that one answer names every problem.</summary>
internal sealed class AdministrationMembers
{
    // Keeps numbers that are out of range within what .NET's types hold. The rules refuse them.
    private const long MaxNumber = 1_000_000_000;

    private readonly JsonObject _members;
    private readonly List<string> _problems = [];

    /// <param name="members">The request.</param>
    /// <param name="known">The names that it may have.</param>
    internal AdministrationMembers(JsonObject members, params string[] known)
    {
        _members = members;
        foreach (var (name, _) in members)
        {
            if (known.Contains(name)) continue;
            _problems.Add($"'{Printable.Excerpt(name)}' is not a member of this request, which has "
                + (known.Length == 0 ? "none." : $"'{string.Join("', '", known)}'."));
        }
    }

    internal int Count => _members.Count;

    internal bool Has(string name) => _members.Has(name);

    /// <summary>The member as text; null if it is missing or null.</summary>
    internal string? Text(string name) => Read(name, _members.Text);

    /// <summary>The member as a list of texts; empty if it is missing.</summary>
    internal IReadOnlyList<string> Texts(string name)
    {
        if (_members[name] is not null) return Read(name, _members.Texts) ?? [];
        Refuse($"'{name}' must be a list of strings.");
        return [];
    }

    /// <summary>The member as a whole number; null if it is missing or null.</summary>
    internal int? Number(string name) =>
        Read<object>(name, n => _members.Integer(n)) is long number ? (int)Math.Clamp(number, -MaxNumber, MaxNumber) : null;

    /// <summary>The member as seconds; null if it is missing or null.</summary>
    internal TimeSpan? Seconds(string name) => Number(name) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The member as a moment; null if it is missing or null.</summary>
    internal DateTimeOffset? Moment(string name)
    {
        if (Text(name) is not { } text) return null;
        if (MomentText.TryRead(text, out var moment)) return moment;
        Refuse($"'{name}' must be a time with an offset from UTC, such as 2026-01-31T12:00:00Z.");
        return null;
    }

    internal void Refuse(string problem) => _problems.Add(problem);

    /// <summary>Call this after everything was read.</summary>
    /// <exception cref="JsonFormatException">There are problems. The message has all of them.</exception>
    internal void Check()
    {
        if (_problems.Count > 0) throw new JsonFormatException(string.Join(' ', _problems));
    }

    private T? Read<T>(string name, Func<string, T?> read) where T : class
    {
        if (_members[name] is null) return null;
        try
        {
            return read(name);
        }
        catch (JsonFormatException e)
        {
            Refuse(e.Message);
            return null;
        }
    }
}
