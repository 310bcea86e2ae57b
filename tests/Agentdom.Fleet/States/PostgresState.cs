using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.Processes;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Agentdom.Fleet.States;

/// <summary>A PostgreSQL, as durable as by default. Its own clock is not used: expired rows are removed by the nodes' clocks.</summary>
internal sealed class PostgresState : FleetState
{
    // initdb and postgres refuse to run as root. The folder is private to the user that created it.
    private const string Script = """
        as=; [ "$(id -u)" = 0 ] && as='setpriv --reuid=postgres --regid=postgres --clear-groups'
        cd "$2"
        [ -d "$2/data" ] || $as "$0/initdb" -D "$2/data" -U postgres -E UTF8 --locale C.UTF-8 -A trust --no-sync
        exec $as "$0/postgres" -D "$2/data" -p "$1" -k "$2" -c listen_addresses=127.0.0.1 -c max_connections=400
        """;

    private const string SizeQuery = """
        SELECT (SELECT count(*) FROM "AgentdomSignatures") + (SELECT count(*) FROM "AgentdomRevocations"),
            pg_database_size(current_database())
        """;

    private readonly string _folder;
    private readonly ChildProcess _process;

    internal PostgresState(string folder)
    {
        _folder = folder;
        var port = FreePort.Find();
        var own = Directory.CreateDirectory(Path.Combine(folder, "postgres")).FullName;
        _process = new ChildProcess(port, Path.Combine(folder, "postgres.log"), ["sh", "-c", Script, Programs(), $"{port}", own]);
    }

    internal override string Name => "PostgreSQL";

    internal override string Part => "PostgreSQL";

    internal override IReadOnlyList<string> NodeArguments =>
        [$"--Postgres={ConnectionString("issuer")};Maximum Pool Size=50", $"--Keys={Path.Combine(_folder, "keys")}"];

    internal override TimeSpan ProcessorTime => _process.ProcessorTime;

    internal override async Task StartAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            // The server's own user must get to its folder.
            await Command.RunAsync("chmod", "711", _folder);
            await Command.RunAsync("chown", "postgres:", Path.Combine(_folder, "postgres"));
        }
        await StartPartAsync();
        var options = new DbContextOptionsBuilder<NodeContext>().UseNpgsql(ConnectionString("issuer")).Options;
        await using var context = new NodeContext(options);
        await context.Database.EnsureCreatedAsync();
    }

    internal override Task FreezeAsync() => _process.SignalAsync("STOP");

    internal override Task ContinueAsync() => _process.SignalAsync("CONT");

    internal override void KillPart() => _process.Kill();

    internal override async Task StartPartAsync()
    {
        await _process.StartAsync();
        // It listens before it has recovered.
        while (!await AnswersAsync()) await Task.Delay(50);
    }

    internal override async Task<StateSize> MeasureAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString("issuer") + ";Timeout=2;Command Timeout=2");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(SizeQuery, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new StateSize(reader.GetInt64(0), reader.GetInt64(1));
    }

    public override void Dispose() => _process.Dispose();

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_process.Port};Username=postgres;Database={database}";

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=2");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // Debian has it outside of the path, in a folder for each version.
    private static string Programs()
    {
        const string Debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).Select(static f => Path.Combine(f, "bin")) : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Concat(path).LastOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new FleetFailedException("There is no PostgreSQL here (apt-get install postgresql).");
    }
}
