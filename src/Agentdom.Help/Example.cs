namespace Agentdom.Help;

/// <summary>An example: its title, the code to run, and the remarks below the code.</summary>
internal sealed record Example(string Title, string Code, IReadOnlyList<string> Remarks);
