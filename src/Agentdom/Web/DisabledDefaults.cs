using System.Collections;
using System.Management.Automation;

namespace Agentdom.Web;

/// <summary>Disables <c>$PSDefaultParameterValues</c> in the way that PowerShell documents. Dispose restores it.</summary>
internal sealed class DisabledDefaults : IDisposable
{
    private const string Disabled = "Disabled";

    private readonly IDictionary? _defaults;
    private readonly object? _before;

    internal DisabledDefaults(PSVariableIntrinsics variables)
    {
        _defaults = variables.GetValue("PSDefaultParameterValues") as IDictionary;
        if (_defaults is null) return;
        _before = _defaults[Disabled];
        _defaults[Disabled] = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_before is null) _defaults?.Remove(Disabled);
        else _defaults![Disabled] = _before;
    }
}
