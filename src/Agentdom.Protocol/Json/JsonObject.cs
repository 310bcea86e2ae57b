using System.Collections;
using System.Globalization;

namespace Agentdom.Protocol;

/// <summary>
/// A parsed JSON object. Member names are unique and compared ordinally. Values are <c>null</c>, <see cref="bool"/>,
/// <see cref="double"/>, <see cref="string"/>, <see cref="JsonObject"/> or a list of these. The typed readers return null if
/// a member is missing and throw if it has another type. In a lenient object, null counts as missing and digits in text as a number.
/// </summary>
/// <param name="isLenient">
/// Whether the object is unsigned and from another implementation: an answer or a manifest. What is signed, and what this project
/// wrote itself, is read strictly, so that two readers never understand it differently.
/// </param>
internal sealed class JsonObject(bool isLenient = false) : IReadOnlyCollection<KeyValuePair<string, object?>>
{
    private readonly Dictionary<string, object?> _members = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Count => _members.Count;

    /// <summary>Whether the object has the member, even if its value is null.</summary>
    public bool Has(string name) => _members.ContainsKey(name);

    /// <summary>The member's value, or null if it is missing.</summary>
    public object? this[string name] => _members.TryGetValue(name, out var value) ? value : null;

    /// <summary>The member as text.</summary>
    /// <exception cref="JsonFormatException">The member is not a string.</exception>
    public string? Text(string name) => Value<string>(name, "a string");

    /// <summary>The member as an object.</summary>
    /// <exception cref="JsonFormatException">The member is not an object.</exception>
    public JsonObject? Object(string name) => Value<JsonObject>(name, "an object");

    /// <summary>The member as a number.</summary>
    /// <exception cref="JsonFormatException">The member is not a number.</exception>
    public double? Number(string name) =>
        NumberOrNull(name) ?? (double?)Value<object>(name, "a number", static v => v is double);

    /// <summary>The member as a number, or null if it is missing or something else.</summary>
    internal double? NumberOrNull(string name) => this[name] switch
    {
        double number => number,
        string text when isLenient && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && !double.IsNaN(number) && !double.IsInfinity(number) => number,
        _ => null,
    };

    /// <summary>The member as true or false.</summary>
    /// <exception cref="JsonFormatException">The member is neither.</exception>
    public bool? Flag(string name) => (bool?)Value<object>(name, "true or false", static v => v is bool);

    /// <summary>The member as a whole number within ±(2^53 − 1).</summary>
    /// <exception cref="JsonFormatException">The member is not such a number.</exception>
    public long? Integer(string name)
    {
        var number = Number(name);
        if (number is null) return null;
        if (Math.Floor(number.Value) != number.Value || Math.Abs(number.Value) > JsonNumber.MaxSafeInteger)
            throw new JsonFormatException($"'{name}' must be a whole number.");
        return (long)number.Value;
    }

    /// <summary>The member as a list of strings.</summary>
    /// <exception cref="JsonFormatException">The member is not a list of strings.</exception>
    public IReadOnlyList<string>? Texts(string name)
    {
        var list = Value<List<object?>>(name, "a list of strings");
        if (list is null) return null;
        if (list.Exists(static item => item is not string))
            throw new JsonFormatException($"'{name}' must be a list of strings.");
        return list.ConvertAll(static item => (string)item!);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool TryAdd(string name, object? value)
    {
        if (_members.ContainsKey(name)) return false;
        _members.Add(name, value);
        return true;
    }

    private T? Value<T>(string name, string expected, Func<T, bool>? fits = null) where T : class
    {
        if (!_members.TryGetValue(name, out var value) || (value is null && isLenient)) return null;
        if (value is T typed && (fits is null || fits(typed))) return typed;
        throw new JsonFormatException($"'{name}' must be {expected}.");
    }
}
