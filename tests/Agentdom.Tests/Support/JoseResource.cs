using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>A resource server on Node and npm jose, which knows only its issuer's address.</summary>
internal sealed class JoseResource : IDisposable
{
    private readonly Process _process;
    private readonly Uri _uri;

    private JoseResource(Process process, Uri uri) => (_process, _uri) = (process, uri);

    internal static async Task<JoseResource> StartAsync(string issuer, string audience)
    {
        var folder = Path.Combine(TestPaths.RepositoryRoot, "tests", "jose");
        Needs.That(Directory.Exists(Path.Combine(folder, "node_modules")), "jose", $"jose is not here (npm ci, in {folder}).");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "resource.js"), issuer, audience])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Needs.Missing("jose", "There is no node here.");
            throw;
        }
        var error = process.StandardError.ReadToEndAsync();
        return await process.StandardOutput.ReadLineAsync() is { } address
            ? new JoseResource(process, new Uri(address))
            : throw new InvalidOperationException($"The resource server ended before it listened: {await error}");
    }

    internal async Task<(int Status, string Answer)> GetAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _uri);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await Wire.Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
