namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>Which texts every database can store. PostgreSQL has no NUL characters, and none has lone surrogates.</summary>
internal static class AgentText
{
    /// <summary>The maximum length of an id and of a name.</summary>
    internal const int MaxLength = 256;

    internal static bool IsStorable(string text) => !text.Contains('\0') && UnicodeText.IsValid(text);
}
