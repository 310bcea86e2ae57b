namespace Agentdom.Protocol;

/// <summary>Lengths of text in Unicode code points, as the protocol counts them, and its validity.</summary>
internal static class UnicodeText
{
    /// <summary>The number of code points.</summary>
    internal static int Length(string text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c)) count--;
        }
        return count;
    }

    /// <summary>Whether the text has a UTF-8 form, that is, no lone surrogate.</summary>
    internal static bool IsValid(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])) return false;
        }
        return true;
    }
}
