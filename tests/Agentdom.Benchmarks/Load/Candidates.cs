using System.Diagnostics;

namespace Agentdom.Benchmarks.Load;

/// <summary>Starts the issuers: the sample issuer on each kind of state, and those that it is compared with.</summary>
internal static class Candidates
{
    // Rate limiting is on, but the limit is never reached.
    private const string RateLimit = "100000000";
    private const int RegisteredAgents = 100_000;

    // Only the audit log is on: the server's own two lines per request are part of neither issuer.
    private static readonly string[] s_logging =
    [
        "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=None",
        "--Logging:LogLevel:Agentdom.Audit=Information", "--Logging:Console:FormatterOptions:SingleLine=true",
    ];

    /// <exception cref="SkippedException">A program that it needs is missing.</exception>
    internal static async Task<Candidate> InMemoryAsync(string secret) =>
        new("Agentdom, in memory", await SampleAsync(secret, static _ => "memory"), LoadAgents.Sharing(secret));

    /// <inheritdoc cref="InMemoryAsync"/>
    internal static async Task<Candidate> SqliteAsync(string secret) =>
        new("Agentdom, SQLite", await SampleAsync(secret, static folder => "sqlite:" + Path.Combine(folder, "state.db")),
            LoadAgents.Sharing(secret));

    /// <inheritdoc cref="InMemoryAsync"/>
    internal static async Task<Candidate> RedisAsync(string secret)
    {
        if (!OnPath.Has("redis-server")) throw new SkippedException("there is no redis-server here");
        var redis = await ServerProcess.StartAsync(static (port, folder) =>
            ["redis-server", "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"], Nothing);
        try
        {
            return new Candidate(
                "Agentdom, Redis", await SampleAsync(secret, _ => $"redis:{redis.Address}"), LoadAgents.Sharing(secret), redis);
        }
        catch
        {
            redis.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="InMemoryAsync"/>
    internal static async Task<Candidate> ExpressAsync(string secret)
    {
        if (!OnPath.Has("node") || !OnPath.Has("npm")) throw new SkippedException("there is no node or no npm here");
        if (!Directory.Exists(Path.Combine(BuildOutput.ExpressIssuer, "node_modules"))) await InstallAsync();
        return new Candidate(
            "Express 5, jsonwebtoken", await NodeAsync(secret, Path.Combine(BuildOutput.ExpressIssuer, "server.js")),
            LoadAgents.Sharing(secret));
    }

    /// <summary>The protocol on Node's own modules.</summary>
    /// <exception cref="SkippedException">There is no Node.</exception>
    internal static async Task<Candidate> NodeAsync(string secret)
    {
        if (!OnPath.Has("node")) throw new SkippedException("there is no node here");
        return new Candidate("Node, no framework", await NodeAsync(secret, BuildOutput.NodeIssuer), LoadAgents.Sharing(secret));
    }

    /// <summary>A server that is no issuer.</summary>
    internal static async Task<Candidate> FloorAsync(string secret)
    {
        var server = await ServerProcess.StartAsync(
            static (port, _) => ["dotnet", BuildOutput.Benchmarks, "floor", $"--urls=http://127.0.0.1:{port}", .. s_logging],
            // As projects for the web have it.
            new Dictionary<string, string> { ["DOTNET_gcServer"] = "1" });
        return new Candidate("ASP.NET Core, no issuer", server, LoadAgents.Sharing(secret)) { IsIssuer = false };
    }

    /// <summary>Many registered agents in the configuration, with in-memory state.</summary>
    internal static async Task<Candidate> RegisteredAsync(string secret)
    {
        var agents = LoadAgents.Registered(RegisteredAgents);
        return new Candidate($"Agentdom, {RegisteredAgents:N0} agents", await SampleAsync(null, static _ => "memory", agents), agents);
    }

    /// <summary>Agents in PostgreSQL, whose cache is warm, with in-memory state.</summary>
    internal static Task<Candidate> DatabaseAgentsAsync(string secret) => DatabaseAsync("Agentdom, agents in PostgreSQL", "memory");

    /// <summary>Agents and state in PostgreSQL.</summary>
    internal static Task<Candidate> DatabaseStateAsync(string secret) => DatabaseAsync("Agentdom, PostgreSQL", "database");

    private static async Task<Candidate> DatabaseAsync(string name, string state)
    {
        var postgres = await PostgresProcess.StartAsync();
        try
        {
            var list = "";
            var node = await ServerProcess.StartAsync(
                (port, folder) =>
                {
                    list = Path.Combine(folder, "agents");
                    return
                    [
                        "dotnet", BuildOutput.Benchmarks, "serve", $"--urls=http://127.0.0.1:{port}", $"--State={state}",
                        $"--Database={PostgresProcess.ConnectionString(postgres)}", $"--AgentList={list}",
                        $"--Audit={Path.Combine(folder, "audit.log")}", "--Logging:Console:LogLevel:Agentdom.Audit=None", .. s_logging,
                    ];
                },
                Nothing);
            return new Candidate(name, node, LoadAgents.Read(list), postgres);
        }
        catch
        {
            postgres.Dispose();
            throw;
        }
    }

    private static IReadOnlyDictionary<string, string> Nothing { get; } = new Dictionary<string, string>();

    private static Task<ServerProcess> SampleAsync(string? secret, Func<string, string> state, LoadAgents? registered = null)
    {
        var environment = new Dictionary<string, string> { ["ATP_SECRET"] = secret ?? "", ["ATP_RATE_LIMIT"] = RateLimit };
        return ServerProcess.StartAsync((port, folder) =>
        {
            registered?.WriteSettings(Path.Combine(folder, "appsettings.json"));
            return
            [
                "dotnet", BuildOutput.SampleIssuer, $"--contentRoot={folder}", $"--urls=http://127.0.0.1:{port}",
                $"--ATP_STATE={state(folder)}", $"--ATP_AUDIT_FILE={Path.Combine(folder, "audit.log")}", .. s_logging,
            ];
        }, environment);
    }

    private static Task<ServerProcess> NodeAsync(string secret, string script) => ServerProcess.StartAsync(
        (port, _) => ["node", script, $"{port}"],
        new Dictionary<string, string> { ["ATP_SECRET"] = secret, ["ATP_RATE_LIMIT"] = RateLimit, ["NODE_ENV"] = "production" });

    private static async Task InstallAsync()
    {
        var start = new ProcessStartInfo("npm")
        {
            ArgumentList = { "ci", "--no-audit", "--no-fund" },
            WorkingDirectory = BuildOutput.ExpressIssuer,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Process.Start(start)!;
        var said = npm.StandardError.ReadToEndAsync();
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) throw new SkippedException($"npm ci failed: {(await said).Trim().Split('\n')[0]}");
    }
}
