using System.Collections;
using System.Management.Automation;

namespace Agentdom.Web;

/// <summary>The caller's variable <c>$Error</c>.</summary>
internal static class ErrorVariable
{
    /// <summary>
    /// Removes the errors of a call, which the engine has added. The caller has not met them yet, and those that reach the caller are
    /// added again.
    /// </summary>
    internal static void RemoveErrorsOf(WebAnswer answer, PSVariableIntrinsics variables)
    {
        if (variables.GetValue("Error") is not ArrayList errors) return;
        var own = answer.Errors.Select(static error => error.Exception).ToList();
        for (var i = errors.Count - 1; i >= 0; i--)
        {
            var error = errors[i] as ErrorRecord ?? (errors[i] as IContainsErrorRecord)?.ErrorRecord;
            if (error is not null && own.Contains(error.Exception)) errors.RemoveAt(i);
        }
    }
}
