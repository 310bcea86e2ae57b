using System.Text.RegularExpressions;

namespace Agentdom.AspNetCore.OpenApi;

/// <summary>
/// Names what an operation is for, such as <c>orders.create</c>. An operation id of this form is used as it is; another one is preceded
/// by the first part of the path. Without an id, the name is made from the path and the method. Tags are not used, because an operation
/// without one has the name of its class or of the app.
/// </summary>
internal static partial class IntentName
{
    private const string Fallback = "api";

    internal static string Of(string? operationId, HttpMethod method, string path)
    {
        if (operationId is not null && Dotted().IsMatch(operationId)) return operationId;
        List<string> topic = [.. path.Split('/').Where(static s => !s.Contains('{')).Select(Word)
            .Where(static s => s.Length > 0 && s != Fallback && !Version().IsMatch(s))];
        if (topic.Count == 0) topic.Add(Fallback);
        return operationId is not null && Word(operationId) is { Length: > 0 } name
            ? $"{topic[0]}.{name}"
            : $"{string.Join('.', topic)}.{Verb(method, path)}";
    }

    private static string Verb(HttpMethod method, string path) => method.Method switch
    {
        "GET" => path.TrimEnd('/').EndsWith('}') ? "get" : "list",
        "POST" => "create",
        "PUT" or "PATCH" => "update",
        _ => Word(method.Method),
    };

    // "CreateOrder" and "create-order" are create_order.
    private static string Word(string text)
    {
#pragma warning disable CA1308 // The names are in lower case.
        var word = NoLetters().Replace(Hump().Replace(text, "$1_$2").ToLowerInvariant(), "_").Trim('_');
#pragma warning restore CA1308
        return word.Length > 0 && char.IsAsciiDigit(word[0]) ? "_" + word : word;
    }

    [GeneratedRegex(@"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+$")]
    private static partial Regex Dotted();

    [GeneratedRegex(@"^v\d+(_\d+)*$")]
    private static partial Regex Version();

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex Hump();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoLetters();
}
