using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Agentdom.Tests.Support;

/// <summary>
/// A real PostgreSQL on a free port with a new data folder, as durable as by default. It can be killed and started again.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    internal const string Password = "correct-horse-battery";

    private const string NotRoot = "postgres";

    private static readonly Lazy<Task<PostgresServer>> s_shared = new(StartSharedAsync);

    private readonly string _folder = TestPaths.NewFolder();
    private readonly string _programs;
    private Process? _process;

    private PostgresServer(string programs) => _programs = programs;

    internal int Port { get; } = FreePort.Find();

    /// <summary>The server that all tests share which leave it running. Each test class uses databases of its own.</summary>
    internal static Task<PostgresServer> SharedAsync() => Programs() is null ? SkipAsync() : s_shared.Value;

    internal static async Task<PostgresServer> StartAsync()
    {
        if (Programs() is not { } programs) return await SkipAsync();
        var server = new PostgresServer(programs);
        var passwords = Path.Combine(server._folder, "password");
        await File.WriteAllTextAsync(passwords, Password);
        // initdb refuses to run as root.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "-R", $"{NotRoot}:", server._folder);
        await server.RunOwnAsync(
            "initdb", "-D", server.Data, "-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8", "-A", "scram-sha-256",
            "--pwfile", passwords, "--no-sync");
        await server.StartAgainAsync();
        return server;
    }

    internal string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Password = Password,
        Database = database,
        IncludeErrorDetail = true,
    }.ToString();

    internal async Task<string> NewDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return name;
    }

    /// <summary>Everything in a database as text.</summary>
    internal async Task<string> DumpAsync(string database) =>
        await RunOwnAsync("pg_dump", "-h", _folder, "-p", $"{Port}", "-U", "postgres", database);

    internal async Task StartAgainAsync()
    {
        var start = Own(
            "postgres", "-D", Data, "-p", $"{Port}", "-k", _folder, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200");
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("ready to accept connections")) break;
        }
        Assert.False(_process.HasExited, "postgres did not start.");
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>Suspends all processes of the server: its connections stay open, but it does not answer.</summary>
    internal Task StopAsync() => SignalAsync("STOP");

    internal Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Kills all processes of the server, as <c>kill -9</c> does.</summary>
    internal void Kill()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    private string Data => Path.Combine(_folder, "data");

    private static async Task<PostgresServer> StartSharedAsync()
    {
        var server = await StartAsync();
        // The last test that uses it is not known.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().Wait();
        return server;
    }

    private static Task<PostgresServer> SkipAsync()
    {
        Assert.Skip("There is no PostgreSQL here (apt-get install postgresql).");
        throw new InvalidOperationException();
    }

    // Debian has it outside of the path, in a folder for each version.
    private static string? Programs()
    {
        const string Debian = "/usr/lib/postgresql";
        string[] versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return versions.OrderDescending().Select(static version => Path.Combine(version, "bin")).Concat(path)
            .FirstOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    private ProcessStartInfo Own(string program, params string[] arguments)
    {
        program = Path.Combine(_programs, program);
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={NotRoot}", $"--regid={NotRoot}", "--clear-groups", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = _folder;
        start.Environment["PGPASSWORD"] = Password;
        return start;
    }

    private Task<string> RunOwnAsync(string program, params string[] arguments) => RunAsync(Own(program, arguments));

    private static Task<string> RunAsync(string program, params string[] arguments) => RunAsync(new ProcessStartInfo(program, arguments));

    private static async Task<string> RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{start.FileName} failed: {await error}");
        return output;
    }

    private async Task SignalAsync(string signal)
    {
        var server = _process!.Id.ToString(CultureInfo.InvariantCulture);
        await RunAsync("kill", $"-{signal}", server);
        await RunAsync("pkill", $"-{signal}", "-P", server);
    }
}
