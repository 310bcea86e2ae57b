using System.Diagnostics;
using System.Text.RegularExpressions;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Samples;

/// <summary>Runs each block of docs/resource.md.</summary>
public sealed partial class ResourcePageTests : IDisposable
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "resource.md"));

    private readonly string _folder = TestPaths.NewFolder();
    private readonly int _port = FreePort.Find();

    [Theory]
    [InlineData("AddAgentToken(", "samples/Resource/Program.cs")]
    [InlineData("AddJwtBearer(", "tests/JwtBearerResource/Program.cs")]
    public void ThePageShowsTheProgramThatIsTested(string marker, string file)
    {
        var program = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, file));
        Assert.Equal(Block("csharp", marker).Trim(), Comments().Replace(program, "").Trim());
    }

    [Fact]
    public async Task TheJwtBearerHandlerChecksTokens()
    {
        using var issuer = await StartIssuerAsync();
        using var api = await SampleResource.StartJwtBearerAsync(issuer.Url);

        await AssertChecksAsync(issuer, api.StatusAsync);
    }

    [Fact]
    public async Task ExpressChecksTokens()
    {
        var modules = Path.Combine(TestPaths.RepositoryRoot, "tests", "jose", "node_modules");
        Assert.SkipUnless(Directory.Exists(modules), $"Express and jose are not here (npm ci, in {Path.GetDirectoryName(modules)}).");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), modules);
        var port = FreePort.Find();
        const string SaysWhereItListens = "setTimeout(() => console.log(`Now listening on: http://127.0.0.1:${process.env.PORT}`), 0);\n";
        File.WriteAllText(Path.Combine(_folder, "app.mjs"), Block("js", "express()") + SaysWhereItListens);
        using var issuer = await StartIssuerAsync();
        var start = new ProcessStartInfo("node", [Path.Combine(_folder, "app.mjs")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ISSUER"] = issuer.Url, ["PORT"] = $"{port}" },
        };
        using var api = new SampleResource(await AppProcess.StartAsync(start));

        await AssertChecksAsync(issuer, api.StatusAsync);
    }

    [Fact]
    public async Task NginxChecksTokensAndNoticesARevokedOne()
    {
        Assert.SkipUnless(File.Exists(Nginx.Module), "nginx with its module njs is not here (libnginx-mod-http-js).");
        using var issuer = await StartIssuerAsync();
        await using var service = await TestHost.StartAsync(
            static app => app.MapGet("/data", (HttpContext http) => http.Request.Headers["Agent-Id"].ToString()));
        File.WriteAllText(Path.Combine(_folder, "introspect.js"), Block("js", "async function check"));
        using var nginx = await Nginx.StartAsync(_folder, Block("nginx", "auth_request")
            .Replace("127.0.0.1:5001", new Uri(issuer.Url).Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5002", service.Name, StringComparison.Ordinal));
        var token = await issuer.TokenAsync();

        Assert.Equal((200, "test-agent"), await nginx.GetAsync("/data", token, "somebody else"));
        await AssertChecksAsync(issuer, async presented => (await nginx.GetAsync("/data", presented)).Status);

        await issuer.RevokeAsync(token);
        Assert.Equal(401, (await nginx.GetAsync("/data", token)).Status);
        issuer.Dispose();
        Assert.Equal(500, (await nginx.GetAsync("/data", token)).Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task AssertChecksAsync(SampleIssuer issuer, Func<string?, Task<int>> statusAsync)
    {
        Assert.Equal(200, await statusAsync(await issuer.TokenAsync()));
        Assert.Equal(403, await statusAsync(await issuer.TokenAsync("data.write")));
        Assert.Equal(401, await statusAsync(null));
        Assert.Equal(401, await statusAsync((await issuer.TokenAsync())[..^8] + "AAAAAAAA"));
    }

    private Task<SampleIssuer> StartIssuerAsync()
    {
        var key = Path.Combine(_folder, "key.pem");
        File.WriteAllText(key, KeyPair.Ec().Pem);
        return SampleIssuer.StartAtAsync(_port, ("ATP_SIGNING_KEY", key), ("ATP_PUBLIC_ORIGIN", $"http://127.0.0.1:{_port}"));
    }

    private static string Block(string language, string marker) => Blocks().Matches(s_page)
        .Where(block => block.Groups[1].Value == language).Select(static block => block.Groups[2].Value)
        .Single(text => text.Contains(marker, StringComparison.Ordinal));

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    // The lines of comments at the beginning of a program.
    [GeneratedRegex(@"\A(//[^\n]*\n|\n)+")]
    private static partial Regex Comments();
}
