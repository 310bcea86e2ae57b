namespace Agentdom.Help;

/// <summary>A page is not what help can be made of.</summary>
internal sealed class PageException(string message) : Exception(message);
