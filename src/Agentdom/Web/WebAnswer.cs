using System.Management.Automation;
using System.Net;

namespace Agentdom.Web;

/// <summary>What a call of a web cmdlet wrote to all its streams, in order, and its terminating error, if any.</summary>
internal sealed class WebAnswer(IReadOnlyList<PSObject> records, RuntimeException? failure)
{
    internal IReadOnlyList<PSObject> Records => records;

    internal RuntimeException? Failure => failure;

    /// <summary>Whether the host that was asked answered 401. One that it redirected to never saw the token.</summary>
    /// <param name="asked">The address that was asked.</param>
    internal bool IsUnauthorized(Uri asked) => ResponseOf(failure?.ErrorRecord.Exception) switch
    {
        HttpResponseMessage response =>
            response.StatusCode == HttpStatusCode.Unauthorized && IsFrom(response.RequestMessage?.RequestUri, asked),
        HttpWebResponse response => response.StatusCode == HttpStatusCode.Unauthorized && IsFrom(response.ResponseUri, asked),
        _ => false,
    };

    private static object? ResponseOf(Exception? failure) =>
        failure is null ? null : PSObject.AsPSObject(failure).Properties["Response"]?.Value;

    // Without the query, which may come from -Body.
    private static bool IsFrom(Uri? answered, Uri asked) =>
        answered is null || answered.GetLeftPart(UriPartial.Path) == asked.GetLeftPart(UriPartial.Path);
}
