namespace Agentdom.Fuzz;

/// <summary>
/// The targets by name. Each takes any bytes, returns whether they were accepted, and throws if something misbehaved.
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
