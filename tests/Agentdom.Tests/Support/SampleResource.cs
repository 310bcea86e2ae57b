using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>An API in a process of its own, which is told where its issuer is and has no secret.</summary>
internal sealed class SampleResource(AppProcess process) : IDisposable
{
    internal string Url => process.Url;

    internal static Task<SampleResource> StartAsync(string issuer, params (string Name, string Value)[] settings) =>
        RunAsync(TestPaths.SampleResource, [("AgentToken__Issuer", issuer), .. settings]);

    /// <summary>Starts the one that uses ASP.NET Core's own JwtBearer handler.</summary>
    internal static Task<SampleResource> StartJwtBearerAsync(string issuer) =>
        RunAsync(TestPaths.JwtBearerResource, [("Issuer", issuer), ("ASPNETCORE_ENVIRONMENT", "Development")]);

    internal async Task<int> StatusAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, process.Url + "/data");
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await Wire.Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>Waits until it answers like that. The test's timeout applies.</summary>
    internal Task UntilAsync(string token, int status) => TokenApi.UntilAsync(async () => await StatusAsync(token) == status);

    public void Dispose() => process.Dispose();

    private static async Task<SampleResource> RunAsync(string app, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [app, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ATP_SECRET");
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return new SampleResource(await AppProcess.StartAsync(start));
    }
}
