namespace Agentdom.Help;

/// <summary>The help of a cmdlet that is read from its class: parameter sets and output types.</summary>
internal sealed record CmdletHelp(
    string Verb, string Noun, IReadOnlyList<IReadOnlyList<ParameterHelp>> ParameterSets, IReadOnlyList<Type> OutputTypes)
{
    internal string Name => $"{Verb}-{Noun}";

    /// <summary>All parameters; one that is in several sets is listed once.</summary>
    internal IEnumerable<ParameterHelp> Parameters => ParameterSets.SelectMany(static s => s).DistinctBy(static p => p.Name);
}
