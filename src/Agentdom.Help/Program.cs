using Agentdom.Help;

// Arguments: the folder of the pages, the cmdlets' assembly, the folder to write to.
var (pages, assembly, output) = (args[0], args[1], args[2]);
var problems = new Problems();

var commands = CmdletReader.Read(assembly);
var help = new List<(CommandPage Page, CmdletHelp Command)>();
foreach (var command in commands)
{
    var path = Path.Combine(pages, command.Name + ".md");
    problems.Collect(path, () => help.Add((CommandPage.Read(path, command), command)));
}

Directory.CreateDirectory(output);
foreach (var path in Directory.EnumerateFiles(pages, "*.md").Order(StringComparer.Ordinal))
{
    var name = Path.GetFileNameWithoutExtension(path);
    if (name.StartsWith("about_", StringComparison.Ordinal))
        problems.Collect(path, () => File.WriteAllText(Path.Combine(output, name + ".help.txt"), AboutText.Write(Section.Read(path))));
    else if (!commands.Any(c => c.Name == name))
        problems.Add(path, "The module has no such cmdlet.");
}

// Last, and only where all is well: the build looks at this file to see whether help must be made.
if (problems.Count == 0) MamlWriter.Write(help).Save(Path.Combine(output, Path.GetFileName(assembly) + "-Help.xml"));
return problems.Count;
