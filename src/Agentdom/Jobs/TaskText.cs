using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Agentdom.Jobs;

/// <summary>The XML of the job as a task of Windows' Task Scheduler.</summary>
internal static class TaskText
{
    private static readonly XNamespace s_task = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    /// <param name="job">The job.</param>
    /// <param name="user">The user it runs as, <c>domain\user</c> or <c>machine\user</c>.</param>
    /// <param name="start">The first run, in local time.</param>
    /// <param name="needsLogon">
    /// Whether the task runs in the user's session only. Otherwise Windows logs the user on for it (S4U): without a password, but
    /// also without what is protected with one, such as DPAPI's keys.
    /// </param>
    internal static string Xml(RefreshJob job, string user, DateTime start, bool needsLogon)
    {
        var document = new XElement(s_task + "Task", new XAttribute("version", "1.2"),
            Element("RegistrationInfo", Element("Description", "Renews the agent tokens of Agentdom. Managed by Register-AtpRefreshJob.")),
            Element("Triggers", Element("TimeTrigger",
                Element("Repetition", Element("Interval", $"PT{job.Minutes.ToString(CultureInfo.InvariantCulture)}M")),
                Element("StartBoundary", start.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)),
                Element("Enabled", true))),
            Element("Principals", new XElement(s_task + "Principal", new XAttribute("id", "Author"),
                Element("UserId", user),
                Element("LogonType", needsLogon ? "InteractiveToken" : "S4U"),
                Element("RunLevel", "LeastPrivilege"))),
            Element("Settings",
                Element("MultipleInstancesPolicy", "IgnoreNew"),
                Element("DisallowStartIfOnBatteries", false),
                Element("StopIfGoingOnBatteries", false),
                Element("StartWhenAvailable", true),
                Element("Enabled", true),
                Element("Hidden", true),
                Element("ExecutionTimeLimit", "PT15M")),
            new XElement(s_task + "Actions", new XAttribute("Context", "Author"), Element("Exec",
                Element("Command", job.Command[0]),
                Element("Arguments", CommandLine.Join(job.Command.Skip(1))))));
        return $"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n{document}\r\n";
    }

    /// <summary>The job in a task, or null if it is not the job's.</summary>
    internal static JobCommand? Find(string xml)
    {
        try
        {
            var task = XElement.Parse(xml.Trim('\ufeff', '\r', '\n', ' '));
            var action = task.Descendants(s_task + "Exec").FirstOrDefault();
            var interval = task.Descendants(s_task + "Interval").FirstOrDefault()?.Value;
            if (action?.Element(s_task + "Command")?.Value is not { } program || interval is null) return null;
            return new JobCommand(XmlConvert.ToTimeSpan(interval), $"{program} {action.Element(s_task + "Arguments")?.Value}", [program]);
        }
        catch (Exception e) when (e is XmlException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static XElement Element(string name, params object[] content) => new(s_task + name, content);
}
