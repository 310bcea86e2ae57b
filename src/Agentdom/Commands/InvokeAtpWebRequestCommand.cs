using System.Management.Automation;

namespace Agentdom.Commands;

/// <summary>Calls Invoke-WebRequest with the token of the address's host, and once more with a new one if the host answers 401.</summary>
// The default parameter set of Invoke-WebRequest. Without it, a body from the pipeline fits several sets.
[Cmdlet(VerbsLifecycle.Invoke, "AtpWebRequest", DefaultParameterSetName = "StandardMethod")]
[OutputType(typeof(object))]
public sealed class InvokeAtpWebRequestCommand : WebCmdlet
{
    private protected override string Original => "Invoke-WebRequest";
}
