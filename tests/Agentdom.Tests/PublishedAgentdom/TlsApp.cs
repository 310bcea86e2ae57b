using System.Net;
using Agentdom.AspNetCore;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.PublishedAgentdom;

/// <summary>
/// An app of a provider with a certificate of a throwaway authority, because the published tools know only https. The same app also
/// listens on plain http.
/// </summary>
internal sealed class TlsApp : IAsyncDisposable
{
    private readonly ThrowawayAuthority _authority;
    private readonly TestHost _host;

    private TlsApp(string home, ThrowawayAuthority authority, TestHost host, int port)
    {
        Home = home;
        _authority = authority;
        _host = host;
        Name = $"localhost:{port}";
    }

    /// <summary>The host for the published tools, such as <c>localhost:41235</c>, over https.</summary>
    internal string Name { get; }

    /// <summary>The same app over http, for agents.</summary>
    internal string PlainName => _host.Name;

    /// <summary>A home folder for the tools.</summary>
    internal string Home { get; }

    internal ThrowawayAuthority Authority => _authority;

    internal static async Task<TlsApp> StartAsync(
        Action<AgentTokenIssuerOptions>? configure = null, Action<WebApplication>? map = null,
        Action<AgentTokenIssuerBuilder>? tokens = null, int port = 0)
    {
        PublishedTools.SkipIfMissing();
        var home = TestPaths.NewFolder();
        var authority = new ThrowawayAuthority(home);
        if (port == 0) port = FreePort.Find();
        var host = await TestHost.StartAsync(
            app =>
            {
                app.MapAgentTokens("/v1/agent-tokens");
                app.MapAgentdomManifest();
                map?.Invoke(app);
            },
            builder =>
            {
                var issuer = builder.Services.AddAgentTokenIssuer(o =>
                {
                    o.Secrets.Add(TestIssuer.SecretText);
                    o.Scopes.Add("data.read");
                    configure?.Invoke(o);
                });
                tokens?.Invoke(issuer);
                builder.Services.AddAuthentication().AddAgentToken();
                builder.WebHost.UseKestrelHttpsConfiguration();
                builder.WebHost.ConfigureKestrel(kestrel =>
                {
                    kestrel.Listen(IPAddress.Loopback, 0);
                    kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(authority.CertificateFor("localhost")));
                });
            });
        return new TlsApp(home, authority, host, port);
    }

    /// <summary>Runs one of the published scripts, which trusts the authority.</summary>
    internal Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        PublishedTools.RunAsync(_authority, Home, arguments);

    internal Task<HttpResponseMessage> GetAsync(string path) => Wire.Http.GetAsync(_host.Uri(path));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(Home, recursive: true);
    }
}
