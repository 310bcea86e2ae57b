namespace Agentdom.Vaults;

/// <summary>Which agent's tokens a cmdlet uses.</summary>
internal static class AgentChoice
{
    /// <summary>Stands for any agent.</summary>
    internal const string Any = "*";

    /// <summary>The id for <see cref="TokenStore.AgentId"/>: the typed one, null for any, or this process's own if none is typed.</summary>
    /// <exception cref="AtpException">This process's id is invalid or cannot be created.</exception>
    internal static string? Of(string? typed) =>
        typed == Any ? null : string.IsNullOrEmpty(typed) ? AgentId.Current().Value : typed;
}
