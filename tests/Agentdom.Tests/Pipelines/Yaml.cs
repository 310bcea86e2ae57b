using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Agentdom.Tests.Pipelines;

/// <summary>Reads pipeline files.</summary>
internal static class Yaml
{
    internal static YamlMappingNode Read(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    internal static YamlMappingNode Map(this YamlMappingNode node, string key) => (YamlMappingNode)node.Children[key];

    internal static string? Text(this YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    internal static IEnumerable<YamlMappingNode> Steps(this YamlMappingNode job) =>
        ((YamlSequenceNode)job.Children["steps"]).Cast<YamlMappingNode>();

    internal static string Lines(this YamlMappingNode node, string key) =>
        string.Join('\n', ((YamlSequenceNode)node.Children[key]).Select(static item => ((YamlScalarNode)item).Value));

    /// <summary>Values with their expressions replaced. An expression without a value is an error.</summary>
    internal static Dictionary<string, string> Texts(
        this YamlMappingNode node, string key, Regex expression, Dictionary<string, string> expressions) =>
        node.Children.TryGetValue(key, out var values)
            ? ((YamlMappingNode)values).Children.ToDictionary(v => ((YamlScalarNode)v.Key).Value!,
                v => expression.Replace(((YamlScalarNode)v.Value).Value!, match => expressions[match.Groups[1].Value]))
            : [];

    internal static bool IsAlways(string? condition)
    {
        if (condition is not null) Assert.Equal("always()", condition);
        return condition is not null;
    }
}
