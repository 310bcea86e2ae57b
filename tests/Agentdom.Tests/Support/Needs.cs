using System.Diagnostics.CodeAnalysis;

namespace Agentdom.Tests.Support;

/// <summary>
/// What a machine may lack. Without it a test is skipped, unless the run has said that it is there: then the test fails, so that a broken
/// installation is not taken for a missing one.
/// </summary>
internal static class Needs
{
    /// <summary>The names of what must be there, separated by spaces, such as <c>jose published-agentdom</c>.</summary>
    internal const string Variable = "AGENTDOM_REQUIRED";

    internal static void That(bool isThere, string name, string reason)
    {
        if (!isThere) Missing(name, reason);
    }

    [DoesNotReturn]
    internal static void Missing(string name, string reason)
    {
        var required = (Environment.GetEnvironmentVariable(Variable) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.False(required.Contains(name, StringComparer.Ordinal), $"{reason} But {Variable} says that {name} is here.");
        Assert.Skip(reason);
    }
}
