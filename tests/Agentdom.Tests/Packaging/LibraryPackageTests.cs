using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Packaging;

/// <summary>The NuGet packages of the libraries, created by <c>dotnet pack</c>.</summary>
public sealed class LibraryPackageTests
{
    public static TheoryData<string, string[], string[]> Packages => new()
    {
        { "Agentdom.Protocol", ["net8.0", "netstandard2.0"], ["Microsoft.IdentityModel.JsonWebTokens"] },
        {
            "Agentdom.Client", ["net8.0", "netstandard2.0"],
            ["Agentdom.Protocol", "Microsoft.Identity.Client.Extensions.Msal", "Polly.Core", "System.IdentityModel.Tokens.Jwt"]
        },
        { "Agentdom.Issuer", ["net8.0", "netstandard2.0"], ["Agentdom.Protocol"] },
        { "Agentdom.AspNetCore", ["net10.0"], ["Agentdom.Issuer"] },
        { "Agentdom.AspNetCore.OpenApi", ["net10.0"], ["Agentdom.AspNetCore", "Microsoft.AspNetCore.OpenApi"] },
        { "Agentdom.AspNetCore.Sqlite", ["net10.0"], ["Agentdom.AspNetCore", "Microsoft.Data.Sqlite"] },
        { "Agentdom.Extensions.Http", ["net8.0"], ["Agentdom.Client", "Microsoft.Extensions.Http"] },
        { "Agentdom.AspNetCore.Redis", ["net10.0"], ["Agentdom.AspNetCore", "StackExchange.Redis"] },
        {
            "Agentdom.AspNetCore.EntityFrameworkCore", ["net10.0"],
            ["Agentdom.AspNetCore", "Microsoft.EntityFrameworkCore.Relational"]
        },
    };

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task APackageHoldsItsAssemblyWithDocsReadmeLicenceAndDependencies(string name, string[] frameworks, string[] dependencies)
    {
        using var package = await OpenAsync(name, ".nupkg");

        Assert.Equal([.. frameworks.SelectMany(f => new[] { $"lib/{f}/{name}.dll", $"lib/{f}/{name}.xml" }).Order(StringComparer.Ordinal)],
            package.Entries.Select(static e => e.FullName)
                .Where(static e => e.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.StartsWith($"# {name}\n", (await TextAsync(package, "README.md")).ReplaceLineEndings("\n"));

        var about = XDocument.Parse(await TextAsync(package, $"{name}.nuspec")).Root!.Elements().Single();
        string Value(string element) => about.Elements().Single(e => e.Name.LocalName == element).Value;
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.NotEmpty(Value("description"));
        Assert.NotEmpty(Value("tags"));
        var groups = about.Elements().Single(static e => e.Name.LocalName == "dependencies").Elements();
        Assert.All(groups, group => Assert.Superset(
            dependencies.ToHashSet(), group.Elements().Select(static d => d.Attribute("id")!.Value).ToHashSet()));
        // Packages of one build share internal types, so one version of them belongs together.
        Assert.All(groups.Elements().Where(static d => d.Attribute("id")!.Value.StartsWith("Agentdom.", StringComparison.Ordinal)),
            own => Assert.Equal($"[{Value("version")}]", own.Attribute("version")!.Value));
        // Only the build needs it, so it must not be a dependency.
        Assert.DoesNotContain(groups.Elements(), static d => d.Attribute("id")!.Value == "PolySharp");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task APackageHasSymbolsBesideIt(string name, string[] frameworks, string[] dependencies)
    {
        _ = dependencies;
        using var symbols = await OpenAsync(name, ".snupkg");
        Assert.All(frameworks, f => Assert.Contains(symbols.Entries, e => e.FullName == $"lib/{f}/{name}.pdb"));
    }

    [Fact]
    public void AProviderTakesNoClientLibraryAlong()
    {
        var needed = File.ReadAllText(Path.ChangeExtension(TestPaths.SampleIssuer, ".deps.json"));

        Assert.Contains("Agentdom.Issuer", needed, StringComparison.Ordinal);
        Assert.All(["Agentdom.Client", "Microsoft.Identity.Client"],
            name => Assert.DoesNotContain(name, needed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AConsoleAppRunsOnThePackedProtocolAndRedis()
    {
        using var workshop = await Workshop.OpenAsync();
        var app = Directory.CreateDirectory(Path.Combine(workshop.Folder, "App")).FullName;
        await workshop.RunAsync(app, "dotnet", "new", "console");
        await workshop.RunAsync(app, "dotnet", "add", "package", "Agentdom.AspNetCore.Redis");
        await File.WriteAllTextAsync(Path.Combine(app, "Program.cs"),
            """
            using Agentdom.Protocol;
            using Microsoft.Extensions.DependencyInjection;

            Console.WriteLine(AtpSigner.Sign("{}", SharedSecret.FromText(args[0])));
            new ServiceCollection().AddAgentTokenIssuer(o => o.Secrets.Add(args[0])).UseRedis("localhost:6379");
            Console.WriteLine("Redis it is.");
            """);

        var said = await workshop.RunAsync(app, "dotnet", "run", "--", TestIssuer.SecretText);

        workshop.AssertRestoredHere("Agentdom.Protocol", "Agentdom.AspNetCore", "Agentdom.AspNetCore.Redis");
        Assert.Contains(AtpSigner.Sign("{}", SharedSecret.FromText(TestIssuer.SecretText)), said);
        Assert.Contains("Redis it is.", said);
    }

    private static async Task<ZipArchive> OpenAsync(string name, string kind)
    {
        var file = Assert.Single(Directory.GetFiles(await Workshop.PackagesAsync()),
            f => Regex.IsMatch(Path.GetFileName(f), $"^{Regex.Escape(name)}\\.[0-9.]+\\{kind}$"));
        return ZipFile.OpenRead(file);
    }

    private static async Task<string> TextAsync(ZipArchive package, string entry)
    {
        using var reader = new StreamReader(package.GetEntry(entry)!.Open());
        return await reader.ReadToEndAsync();
    }
}
