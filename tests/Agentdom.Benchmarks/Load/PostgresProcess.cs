namespace Agentdom.Benchmarks.Load;

/// <summary>A new PostgreSQL on a free port, as durable as by default.</summary>
internal static class PostgresProcess
{
    // initdb and postgres refuse to run as root. The folder is private to the user that created it.
    private const string Script = """
        if [ "$(id -u)" = 0 ]; then
            chown postgres "$2"
            as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
            exec="exec setpriv --reuid=postgres --regid=postgres --clear-groups"
        else
            as() { "$@"; }
            exec=exec
        fi
        cd "$2"
        as "$0/initdb" -D "$2/data" -U postgres -E UTF8 --locale C.UTF-8 -A trust --no-sync
        $exec "$0/postgres" -D "$2/data" -p "$1" -k "$2" -c listen_addresses=127.0.0.1
        """;

    /// <exception cref="SkippedException">There is no PostgreSQL here.</exception>
    internal static Task<ServerProcess> StartAsync()
    {
        var programs = Programs() ?? throw new SkippedException("there is no PostgreSQL here");
        return ServerProcess.StartAsync(
            (port, folder) => ["sh", "-c", Script, programs, $"{port}", folder], new Dictionary<string, string>());
    }

    internal static string ConnectionString(ServerProcess server) =>
        $"Host=127.0.0.1;Port={server.Address.Port};Username=postgres;Database=issuer";

    // Debian has it outside of the path, in a folder for each version.
    private static string? Programs()
    {
        const string Debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).Select(static f => Path.Combine(f, "bin")) : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Concat(path).LastOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb")));
    }
}
