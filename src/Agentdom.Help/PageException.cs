namespace Agentdom.Help;

/// <summary>Thrown if help cannot be generated from a page. The message contains the reason.</summary>
internal sealed class PageException(string message) : Exception(message);
