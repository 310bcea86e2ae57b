using System.Management.Automation;
using System.Net;

namespace Agentdom.Web;

/// <summary>
/// What a call of a web cmdlet wrote to all its streams, in order, and its terminating error, if any. A record is null if the cmdlet
/// wrote null, as for the JSON text <c>null</c>.
/// </summary>
internal sealed class WebAnswer(IReadOnlyList<PSObject?> records, RuntimeException? failure)
{
    internal IReadOnlyList<PSObject?> Records => records;

    internal RuntimeException? Failure => failure;

    internal IEnumerable<ErrorRecord> Errors
    {
        get
        {
            foreach (var record in records)
            {
                if (record?.BaseObject is ErrorRecord error) yield return error;
            }
            if (failure is not null) yield return failure.ErrorRecord;
        }
    }

    /// <summary>Whether a request with the token was answered 401. What a redirect led to never had the token.</summary>
    internal bool IsTokenRefused => Responses.Any(static response => response switch
    {
        HttpResponseMessage message =>
            message.StatusCode == HttpStatusCode.Unauthorized && message.RequestMessage is null or { Headers.Authorization: not null },
        // Of Windows PowerShell, where no redirect is followed.
        HttpWebResponse old => old.StatusCode == HttpStatusCode.Unauthorized,
        _ => false,
    });

    private IEnumerable<object?> Responses =>
        records.Select(static record => record?.Properties["BaseResponse"]?.Value)
            .Append(failure is null ? null : PSObject.AsPSObject(failure.ErrorRecord.Exception).Properties["Response"]?.Value);
}
