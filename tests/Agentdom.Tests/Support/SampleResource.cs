using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>An API in a process of its own, which is told where its issuer is and has no secret.</summary>
internal sealed class SampleResource(AppProcess process) : IDisposable
{
    internal string Url => process.Url;

    internal static Task<SampleResource> StartAsync(string issuer, params (string Name, string Value)[] settings) =>
        RunAsync(TestPaths.SampleResource, [("AgentToken__Issuer", issuer), .. settings]);

    /// <summary>Starts it in a folder, whose appsettings.json says where its issuer is.</summary>
    internal static Task<SampleResource> StartInAsync(string folder) => RunAsync(TestPaths.SampleResource, [], folder);

    /// <summary>Starts the one that uses ASP.NET Core's own JwtBearer handler.</summary>
    internal static Task<SampleResource> StartJwtBearerAsync(string issuer) =>
        RunAsync(TestPaths.JwtBearerResource, [("Issuer", issuer), ("ASPNETCORE_ENVIRONMENT", "Development")]);

    internal async Task<HttpResponseMessage> GetAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, process.Url + "/data");
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await Wire.Http.SendAsync(request);
    }

    internal async Task<int> StatusAsync(string? token)
    {
        using var response = await GetAsync(token);
        return (int)response.StatusCode;
    }

    /// <summary>Waits until it answers like that. The test's timeout applies.</summary>
    internal Task UntilAsync(string token, int status) => TokenApi.UntilAsync(async () => await StatusAsync(token) == status);

    public void Dispose() => process.Dispose();

    private static async Task<SampleResource> RunAsync(string app, (string Name, string Value)[] settings, string folder = "")
    {
        var start = new ProcessStartInfo("dotnet", [app, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // It must not need anything that an issuer has.
        string[] prefixes = ["ATP_", "AGENTDOM_", "AgentTokens__", "AgentToken__"];
        foreach (var name in start.Environment.Keys.ToList())
        {
            if (prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))) start.Environment.Remove(name);
        }
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return new SampleResource(await AppProcess.StartAsync(start));
    }
}
