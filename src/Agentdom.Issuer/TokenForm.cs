using System.Text;

namespace Agentdom.Issuer;

/// <summary>
/// Reads the token in a form (RFC 7662 §2.1, RFC 7009 §2.1). Other fields, such as <c>token_type_hint</c>, are ignored.
/// </summary>
internal static class TokenForm
{
    private const string Token = "token";

    /// <returns>The token, or what is wrong with the form, as a sentence that does not repeat anything of it.</returns>
    internal static (string Token, string? Problem) Read(byte[] form)
    {
        var fields = Encoding.UTF8.GetString(form).Split('&');
        if (fields.Length > SignedBody.MaxValues) return ("", $"A form has at most {SignedBody.MaxValues} fields.");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (field.Length == 0) continue;
            var equals = field.IndexOf('=');
            var name = Decode(equals < 0 ? field : field.Substring(0, equals));
            // A reader that takes the first one and a reader that takes the last would see different requests (RFC 6749 §3.2).
            if (values.ContainsKey(name)) return ("", "A form field is there twice.");
            values.Add(name, equals < 0 ? "" : Decode(field.Substring(equals + 1)));
        }
        // A field without a value is as good as missing (RFC 6749 §3.2).
        return values.TryGetValue(Token, out var token) && token.Length > 0 ? (token, null) : ("", $"'{Token}' is missing.");
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
