namespace Agentdom.Help;

/// <summary>Thrown if help cannot be made from a page. The message names the reason.</summary>
internal sealed class PageException(string message) : Exception(message);
