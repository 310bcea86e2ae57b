using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Agentdom.Jobs;

/// <summary>The property list of the job's launch agent, as text.</summary>
internal static class LaunchdText
{
    internal const string Label = "org.agentdom.refresh";

    internal static string Plist(RefreshJob job)
    {
        var document = new XDocument(
            new XDocumentType("plist", "-//Apple//DTD PLIST 1.0//EN", "http://www.apple.com/DTDs/PropertyList-1.0.dtd", null),
            new XComment(" Managed by Register-AtpRefreshJob. Remove it with Unregister-AtpRefreshJob. "),
            new XElement("plist", new XAttribute("version", "1.0"), new XElement("dict",
                Key("Label"), Text(Label),
                Key("ProgramArguments"), new XElement("array", job.Command.Select(Text)),
                Key("StartInterval"), new XElement("integer", job.Minutes * 60),
                Key("ProcessType"), Text("Background"),
                // 0077. A property list has decimal numbers only.
                Key("Umask"), new XElement("integer", 63))));
        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}\n";
    }

    /// <summary>The job in the property list, or null if it is not the job's.</summary>
    internal static JobCommand? Find(string plist)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };
        try
        {
            using var reader = XmlReader.Create(new StringReader(plist), settings);
            var dictionary = XDocument.Load(reader).Root?.Element("dict");
            string[]? words = Value(dictionary, "ProgramArguments")?.Elements().Select(static e => e.Value).ToArray();
            return words is not null
                && int.TryParse(Value(dictionary, "StartInterval")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? new JobCommand(TimeSpan.FromSeconds(seconds), CommandLine.Join(words), words)
                : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static XElement? Value(XElement? dictionary, string key) =>
        dictionary?.Elements("key").FirstOrDefault(k => k.Value == key)?.ElementsAfterSelf().FirstOrDefault();

    private static XElement Key(string name) => new("key", name);

    private static XElement Text(string text) => new("string", text);
}
