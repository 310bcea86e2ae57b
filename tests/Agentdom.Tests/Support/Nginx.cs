using System.Diagnostics;
using System.Net.Sockets;

namespace Agentdom.Tests.Support;

/// <summary>A real nginx with one server block of a test, which listens on 127.0.0.1:8080 in the block and on a free port here.</summary>
internal sealed class Nginx : IDisposable
{
    /// <summary>The module that lets nginx run JavaScript, as Debian's package installs it.</summary>
    internal const string Module = "/usr/lib/nginx/modules/ngx_http_js_module.so";

    private readonly Process _process;
    private readonly int _port;

    private Nginx(Process process, int port) => (_process, _port) = (process, port);

    internal static async Task<Nginx> StartAsync(string folder, string server)
    {
        var port = FreePort.Find();
        var file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, $$"""
            load_module {{Module}};
            daemon off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log warn;
            events {}
            http {
                access_log off;
                client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
                {{server.Replace("127.0.0.1:8080", $"127.0.0.1:{port}", StringComparison.Ordinal)}}
            }
            """);
        var process = Process.Start(new ProcessStartInfo("nginx", ["-p", folder, "-c", file]))!;
        while (!await ListensAsync(port))
        {
            if (process.HasExited) throw new InvalidOperationException("nginx has exited.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return new Nginx(process, port);
    }

    internal async Task<(int Status, string Answer)> GetAsync(string path, string? token, string? agentId = null)
    {
        using var response = await SendAsync(path, token, agentId);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The challenge of the answer, or null if there is none.</summary>
    internal async Task<string?> ChallengeAsync(string path, string? token)
    {
        using var response = await SendAsync(path, token, agentId: null);
        return response.Headers.TryGetValues("WWW-Authenticate", out var values) ? Assert.Single(values) : null;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string? token, string? agentId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_port}{path}");
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (agentId is not null) request.Headers.TryAddWithoutValidation("Agent-Id", agentId);
        return await Wire.Http.SendAsync(request);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
