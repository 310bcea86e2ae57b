using System.Collections;
using System.Management.Automation;

namespace Agentdom.Web;

/// <summary>The caller's variable <c>$Error</c>.</summary>
internal static class ErrorVariable
{
    /// <summary>
    /// Removes a failure that the engine has added. The caller has not met it yet, and if it reaches the caller it is added again.
    /// </summary>
    internal static void Remove(RuntimeException failure, PSVariableIntrinsics variables)
    {
        if (variables.GetValue("Error") is not ArrayList errors) return;
        for (var i = errors.Count - 1; i >= 0; i--)
        {
            var error = errors[i] as ErrorRecord ?? (errors[i] as IContainsErrorRecord)?.ErrorRecord;
            if (error?.Exception == failure.ErrorRecord.Exception) errors.RemoveAt(i);
        }
    }
}
