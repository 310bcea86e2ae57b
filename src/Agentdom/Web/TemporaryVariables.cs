using System.Management.Automation;

namespace Agentdom.Web;

/// <summary>Variables of the caller's scope that only a call of this module needs. Dispose removes them.</summary>
internal sealed class TemporaryVariables(PSVariableIntrinsics variables) : IDisposable
{
    private readonly List<string> _names = [];

    /// <summary>The name of a new variable.</summary>
    internal string Add()
    {
        var name = $"Agentdom{Guid.NewGuid():N}";
        _names.Add(name);
        return name;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var name in _names) variables.Remove(name);
    }
}
