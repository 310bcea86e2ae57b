using System.Diagnostics;
using Agentdom.Fleet.Agents;
using Agentdom.Fleet.Nodes;
using Agentdom.Fleet.Processes;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Agentdom.Fleet.States;

/// <summary>A PostgreSQL, as durable as by default. Its own clock is not used: expired rows are removed by the nodes' clocks.</summary>
internal sealed class PostgresState : FleetState
{
    // The largest pool of a node, and what the measurements and an administrator need.
    private const int PoolSize = 50;
    private const int MoreConnections = 20;

    // initdb and postgres refuse to run as root.
    private const string Script = """
        as=; [ "$(id -u)" = 0 ] && as='setpriv --reuid=postgres --regid=postgres --clear-groups'
        cd "$2"
        [ -d "$2/data" ] || $as "$0/initdb" -D "$2/data" -U postgres -E UTF8 --locale C.UTF-8 -A scram-sha-256 \
            --pwfile "$2/password" --no-sync
        exec $as "$0/postgres" -D "$2/data" -p "$1" -k "$2" -c listen_addresses=127.0.0.1 -c max_connections="$3"
        """;

    private const string SizeQuery = """
        SELECT (SELECT count(*) FROM "AgentdomSignatures") + (SELECT count(*) FROM "AgentdomRevocations"),
            pg_database_size(current_database())
        """;

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string _password = FleetSecrets.New();
    private readonly TempFolder _own = new();
    private readonly ChildProcess _process;

    /// <param name="folder">The folder for its log and the nodes' keys. Its data is in a folder of its own user.</param>
    /// <param name="nodes">How many nodes connect to it.</param>
    internal PostgresState(string folder, int nodes)
    {
        _folder = folder;
        var port = FreePort.Find();
        _process = new ChildProcess(port, Path.Combine(folder, "postgres.log"),
            ["sh", "-c", Script, Programs(), $"{port}", _own.Path, $"{nodes * PoolSize + MoreConnections}"]);
    }

    internal override string Name => "PostgreSQL";

    internal override string Part => "PostgreSQL";

    internal override IReadOnlyDictionary<string, string> NodeSettings => new Dictionary<string, string>
    {
        ["Postgres"] = $"{ConnectionString("issuer")};Maximum Pool Size={PoolSize}",
        ["Keys"] = Path.Combine(_folder, "keys"),
    };

    internal override TimeSpan ProcessorTime => _process.ProcessorTime;

    internal override async Task StartAsync()
    {
        // The folder is private to its user.
        var password = Path.Combine(_own.Path, "password");
        await File.WriteAllTextAsync(password, _password);
        if (Environment.IsPrivilegedProcess) await Command.RunAsync("chown", "-R", "postgres:", _own.Path);
        await StartPartAsync();
        File.Delete(password);
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
        for (var watch = Stopwatch.StartNew(); !await AnswersAsync(); await Task.Delay(50))
        {
            if (watch.Elapsed > s_startLimit) throw new FleetFailedException("PostgreSQL did not recover in time.");
        }
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

    public override void Dispose()
    {
        _process.Dispose();
        _own.Dispose();
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_process.Port};Username=postgres;Password={_password};Database={database}";

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
