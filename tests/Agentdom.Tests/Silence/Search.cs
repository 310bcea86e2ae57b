using System.Text;

namespace Agentdom.Tests.Silence;

/// <summary>
/// Searches for secret texts: as they are, as UTF-16, in base64, and as the hex digits to which PowerShell converts a
/// SecureString without DPAPI. A token's payload and signature are searched for separately too.
/// </summary>
internal sealed class Search
{
    private readonly Dictionary<string, byte[]> _forms = [];

    internal Search(IEnumerable<string> texts)
    {
        foreach (var text in texts.SelectMany(PartsOf).Distinct())
        {
            var name = $"{text[..4]}… of {text.Length}";
            var utf16 = Encoding.Unicode.GetBytes(text);
            Add($"{name} as text", Encoding.UTF8.GetBytes(text));
            Add($"{name} in UTF-16", utf16);
            Add($"{name} in hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf16)));
            // Without the last characters, which depend on the bytes that follow.
            Add($"{name} in base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)))[..^4]);
        }
    }

    internal int Count => _forms.Count;

    /// <summary>The names of the texts that are found.</summary>
    internal IEnumerable<string> In(byte[] content) =>
        _forms.Where(form => content.AsSpan().IndexOf(form.Value) >= 0).Select(form => form.Key);

    internal IEnumerable<string> In(string content) => In(Encoding.UTF8.GetBytes(content));

    /// <summary>The names of the texts that are found in the files of a folder, each with the file's name.</summary>
    internal IEnumerable<string> InFiles(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .SelectMany(file => In(File.ReadAllBytes(file)).Select(found => $"{Path.GetRelativePath(folder, file)}: {found}"));

    private void Add(string name, byte[] form) => _forms.TryAdd($"{name} #{_forms.Count}", form);

    private static IEnumerable<string> PartsOf(string text) =>
        text.StartsWith("eyJ", StringComparison.Ordinal) && text.Split('.') is [_, var payload, var signature]
            ? [payload, signature]
            : [text];
}
