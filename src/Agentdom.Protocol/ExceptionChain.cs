namespace Agentdom.Protocol;

/// <summary>An exception and its inner exceptions.</summary>
internal static class ExceptionChain
{
    /// <returns>The exception, then each inner one, outermost first; empty for null.</returns>
    internal static IEnumerable<Exception> Of(Exception? e)
    {
        for (; e is not null; e = e.InnerException) yield return e;
    }
}
