using Agentdom.Fleet.Processes;

namespace Agentdom.Fleet.Nodes;

/// <summary>An nginx in front of the nodes. It passes a request on if a node cannot be connected to, as nginx does by default.</summary>
internal sealed class Nginx : IDisposable
{
    private readonly ChildProcess _process;

    internal Nginx(string folder, int port, IEnumerable<IssuerNode> nodes)
    {
        var file = Path.Combine(folder, "nginx.conf");
        var servers = string.Join(' ', nodes.Select(static node => $"server {node.Address};"));
        File.WriteAllText(file, $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off;
            worker_processes 1;
            worker_rlimit_nofile 16384;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/nginx-error.log error;
            events { worker_connections 8192; }
            http {
                access_log off;
                client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
                upstream issuer { {{servers}} keepalive 128; }
                server {
                    listen 127.0.0.1:{{port}};
                    location / {
                        proxy_pass http://issuer;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $http_host;
                        proxy_connect_timeout 2s;
                        proxy_read_timeout 20s;
                    }
                }
            }
            """);
        _process = new ChildProcess(port, Path.Combine(folder, "nginx.log"), ["nginx", "-p", folder, "-c", file]);
    }

    internal TimeSpan ProcessorTime => _process.ProcessorTime;

    internal Task StartAsync() => _process.StartAsync();

    public void Dispose() => _process.Dispose();
}
