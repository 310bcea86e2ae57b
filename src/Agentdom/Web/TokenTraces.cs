using System.Management.Automation;

namespace Agentdom.Web;

/// <summary>
/// Removes the token from what a web cmdlet wrote. Its debug messages show the request's headers, and its errors and responses
/// contain the request.
/// </summary>
internal static class TokenTraces
{
    private const string Removed = "[removed]";

    internal static WebAnswer Remove(WebAnswer answer, string token, bool isOutputWanted)
    {
        var records = new List<PSObject?>();
        foreach (var record in answer.Records)
        {
            switch (record?.BaseObject)
            {
                case VerboseRecord verbose:
                    records.Add(new PSObject(new VerboseRecord(verbose.Message.Replace(token, Removed))));
                    break;
                case DebugRecord debug:
                    records.Add(new PSObject(new DebugRecord(debug.Message.Replace(token, Removed))));
                    break;
                case WarningRecord or InformationRecord:
                    records.Add(record);
                    break;
                case ErrorRecord error:
                    RemoveFrom(error);
                    records.Add(record);
                    break;
                default:
                    RemoveFrom((record?.Properties["BaseResponse"]?.Value as HttpResponseMessage)?.RequestMessage);
                    if (isOutputWanted) records.Add(record);
                    break;
            }
        }
        if (answer.Failure is { } failure) RemoveFrom(failure.ErrorRecord);
        return new WebAnswer(records, answer.Failure);
    }

    private static void RemoveFrom(ErrorRecord error)
    {
        RemoveFrom((error.TargetObject as PSObject)?.BaseObject ?? error.TargetObject);
        if (PSObject.AsPSObject(error.Exception).Properties["Response"]?.Value is HttpResponseMessage response)
            RemoveFrom(response.RequestMessage);
    }

    private static void RemoveFrom(object? request)
    {
        if (request is HttpRequestMessage message) message.Headers.Authorization = null;
        else if (request is System.Net.HttpWebRequest old) old.Headers.Remove("Authorization");
    }
}
