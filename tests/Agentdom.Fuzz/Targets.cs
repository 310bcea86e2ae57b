namespace Agentdom.Fuzz;

/// <summary>
/// The targets by name. Each takes any bytes, says whether they were accepted in the end, and throws where something
/// behaved as it must not.
/// </summary>
internal static class Targets
{
    internal static readonly IReadOnlyDictionary<string, Func<byte[], bool>> All = new Dictionary<string, Func<byte[], bool>>
    {
        ["request"] = RequestTarget.Run,
        ["token"] = TokenTarget.Run,
    };

    internal static void Require(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }
}
