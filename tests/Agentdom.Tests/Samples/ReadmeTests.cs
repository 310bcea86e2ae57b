using System.Globalization;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>
/// Runs the C# of the README and of docs/dotnet.md as one app from the packages. The app is the issuer, the API and the caller.
/// Readme.Tests.ps1 runs the other blocks of the README.
/// </summary>
public sealed partial class ReadmeTests
{
    private const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Agentdom.AspNetCore" Version="*" />
            <PackageReference Include="Agentdom.Extensions.Http" Version="*" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public async Task ItsCodeRunsAsItIs()
    {
        var readme = Blocks("README.md");
        var page = Blocks(Path.Combine("docs", "dotnet.md"));
        Assert.Equal(2, readme.Length);
        Assert.Equal(3, page.Length);
        Assert.Equal(readme[1], page[0]);
        var provider = readme[0].Split('\n').ToLookup(static line => line.StartsWith("builder.", StringComparison.Ordinal));
        using var workshop = await Workshop.OpenAsync();
        var app = Directory.CreateDirectory(Path.Combine(workshop.Folder, "App")).FullName;
        var port = FreePort.Find().ToString(CultureInfo.InvariantCulture);
        var program =
            $$"""
            using Agentdom.Client;

            var secret = "a secret that is shared, longer than 32 bytes";
            Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", secret);
            var myKeyVault = new KeyVault(secret);
            var builder = WebApplication.CreateBuilder(args);
            builder.Logging.ClearProviders();
            {{string.Join('\n', provider[true])}}
            {{page[0]}}
            {{page[1]}}
            var app = builder.Build();
            {{string.Join('\n', provider[false])}}
            app.Urls.Add("https://api.example.com/");
            await app.StartAsync();

            var clients = app.Services.GetRequiredService<IHttpClientFactory>();
            foreach (var name in new[] { "orders", "nightly" })
                Console.WriteLine($"{name}: {await clients.CreateClient(name).GetStringAsync("data")}");
            {{page[2]}}
            Console.WriteLine($"source: {await http.GetStringAsync("https://api.example.com/data")}");
            Console.WriteLine($"without: {(int)(await new HttpClient().GetAsync("https://api.example.com/data")).StatusCode}");

            sealed class KeyVault(string secret)
            {
                public Task<string?> ReadAsync(string name, CancellationToken cancel) => Task.FromResult<string?>(secret);
            }
            """
            .Replace("https://api.example.com/", $"http://localhost:{port}/", StringComparison.Ordinal)
            .Replace("api.example.com", $"localhost:{port}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(app, "App.csproj"), Project);
        await File.WriteAllTextAsync(Path.Combine(app, "Program.cs"), program);

        var said = await workshop.RunAsync(app, "dotnet", "run");

        workshop.AssertRestoredHere("Agentdom.AspNetCore", "Agentdom.Extensions.Http", "Agentdom.Client", "Agentdom.Issuer");
        foreach (var caller in new[] { "orders", "nightly", "source" }) Assert.Contains($"{caller}: for agents only", said);
        Assert.Contains("without: 401", said);
    }

    private static string[] Blocks(string file) =>
        [.. Block().Matches(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, file)).ReplaceLineEndings("\n"))
            .Select(static m => m.Groups["text"].Value.Trim())];

    [GeneratedRegex(@"^```csharp\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
