using Agentdom.Help;

// Arguments: the folder of the pages, the cmdlets' assembly, the folder to write to.
var (pages, assembly, output) = (args[0], args[1], args[2]);
var problems = new Problems();

var commands = CmdletReader.Read(assembly);
var sharedPath = Path.Combine(pages, CommandPage.SharedPage + ".md");
var shared = new Dictionary<string, IReadOnlyList<string>>();
problems.Collect(sharedPath, () => shared = CommandPage.ReadParameters(Section.Read(sharedPath)));

var help = new List<(CommandPage Page, CmdletHelp Command)>();
foreach (var command in commands)
{
    var path = Path.Combine(pages, command.Name + ".md");
    problems.Collect(path, () => help.Add((CommandPage.Read(path, command, shared), command)));
}

Directory.CreateDirectory(output);
foreach (var path in Directory.EnumerateFiles(pages, "*.md").Order(StringComparer.Ordinal))
{
    var name = Path.GetFileNameWithoutExtension(path);
    if (name.StartsWith("about_", StringComparison.Ordinal))
        problems.Collect(path, () => File.WriteAllText(Path.Combine(output, name + ".help.txt"), AboutText.Write(Section.Read(path))));
    else if (name != CommandPage.SharedPage && !commands.Any(c => c.Name == name))
        problems.Add(path, "The module has no such cmdlet.");
}

// A page that could not be read may be the only one that uses a description.
if (problems.Count == 0)
{
    foreach (var name in shared.Keys.Except(help.SelectMany(static h => h.Page.SharedParameters)))
        problems.Add(sharedPath, $"No page uses the description of -{name}.");
}

// Written last, and only without problems: the build compares the date of this file to decide whether help is up to date.
if (problems.Count == 0) MamlWriter.Write(help).Save(Path.Combine(output, Path.GetFileName(assembly) + "-Help.xml"));
return problems.Count;
