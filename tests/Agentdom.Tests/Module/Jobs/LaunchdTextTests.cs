using System.Xml;
using System.Xml.Linq;

namespace Agentdom.Tests.Module;

public sealed class LaunchdTextTests
{
    [Fact]
    public void ThePropertyListIsWellFormedAndContainsTheCommandAndTheInterval()
    {
        var job = SampleJobs.Job(7, SampleJobs.AwkwardScript);

        var text = LaunchdText.Plist(job);
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        var values = XDocument.Load(reader).Root!.Element("dict")!.Elements("key")
            .ToDictionary(k => k.Value, k => k.ElementsAfterSelf().First());

        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\"", text);
        Assert.Equal("org.agentdom.refresh", values["Label"].Value);
        Assert.Equal(job.Command, values["ProgramArguments"].Elements("string").Select(e => e.Value));
        Assert.Equal("integer", values["StartInterval"].Name);
        Assert.Equal("420", values["StartInterval"].Value);
        Assert.DoesNotContain("EnvironmentVariables", values.Keys);
        Assert.Equal(job.Interval, LaunchdText.Find(text)!.Interval);
        Assert.Contains("o'neil", LaunchdText.Find(text)!.Text);
        Assert.Equal(job.Command, LaunchdText.Find(text)!.Words);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<plist><dict/></plist>")]
    [InlineData("<plist><dict><key>ProgramArguments</key></dict></plist>")]
    public void SomethingElseIsNotTheJob(string text) => Assert.Null(LaunchdText.Find(text));
}
