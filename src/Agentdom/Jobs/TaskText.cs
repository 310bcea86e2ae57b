using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Agentdom.Jobs;

/// <summary>The job as a task of Windows' Task Scheduler, as text.</summary>
internal static class TaskText
{
    private static readonly XNamespace s_task = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    /// <param name="job">The job.</param>
    /// <param name="user">The user it runs as, with the domain or the machine before a backslash.</param>
    /// <param name="start">When it runs for the first time, by the clock on the wall.</param>
    internal static string Xml(RefreshJob job, string user, DateTime start)
    {
        var document = new XElement(s_task + "Task", new XAttribute("version", "1.2"),
            Element("RegistrationInfo", Element("Description", "Renews the agent tokens of Agentdom. Kept by Register-AtpRefreshJob.")),
            Element("Triggers", Element("TimeTrigger",
                Element("Repetition", Element("Interval", $"PT{job.Minutes.ToString(CultureInfo.InvariantCulture)}M")),
                Element("StartBoundary", start.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)),
                Element("Enabled", true))),
            Element("Principals", new XElement(s_task + "Principal", new XAttribute("id", "Author"),
                Element("UserId", user),
                // The user's own session: no password is kept, no administrator is needed, and the keychain opens.
                Element("LogonType", "InteractiveToken"),
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

    /// <summary>What a task says, or null where it is not the job's.</summary>
    internal static (TimeSpan Interval, string Command)? Find(string xml)
    {
        try
        {
            var task = XElement.Parse(xml.Trim('\ufeff', '\r', '\n', ' '));
            var action = task.Descendants(s_task + "Exec").FirstOrDefault();
            var interval = task.Descendants(s_task + "Interval").FirstOrDefault()?.Value;
            return action is null || interval is null
                ? null
                : (XmlConvert.ToTimeSpan(interval),
                    $"{action.Element(s_task + "Command")?.Value} {action.Element(s_task + "Arguments")?.Value}");
        }
        catch (Exception e) when (e is XmlException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static XElement Element(string name, params object[] content) => new(s_task + name, content);
}
