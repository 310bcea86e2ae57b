namespace Agentdom.AspNetCore;

/// <summary>The changes to a registered agent, as the audit names them.</summary>
internal static class AgentChange
{
    internal const string Create = "create";
    internal const string Change = "change";
    internal const string Rotate = "rotate";
    internal const string CreateApiKey = "create_api_key";
    internal const string EndApiKey = "end_api_key";
    internal const string Disable = "disable";
    internal const string Enable = "enable";
    internal const string VoidTokens = "void_tokens";
    internal const string Delete = "delete";
}
