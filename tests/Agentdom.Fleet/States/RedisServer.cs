using System.Globalization;
using Agentdom.Fleet.Processes;
using StackExchange.Redis;

namespace Agentdom.Fleet.States;

/// <summary>
/// A redis-server with an append-only file, so that a kill loses nothing that it has acknowledged. Its clock follows the plan.
/// </summary>
internal sealed class RedisServer : IDisposable
{
    // Signatures and revocations lie in sets, each of those that expire at about the same moment.
    private const string CountEntries = """
        local count = 0
        for _, key in ipairs(redis.call('KEYS', '*:re*:[0-9]*')) do count = count + redis.call('SCARD', key) end
        return count
        """;

    private readonly ChildProcess _process;
    private ConnectionMultiplexer? _connection;

    internal RedisServer(string folder, IReadOnlyDictionary<string, string> clock, params string[] more)
    {
        var port = FreePort.Find();
        var data = Directory.CreateDirectory(Path.Combine(folder, $"redis-{port}")).FullName;
        _process = new ChildProcess(port, Path.Combine(data, "redis.log"),
        [
            "redis-server", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", data, "--save", "",
            "--appendonly", "yes", "--appendfsync", "everysec", .. more,
        ], clock);
    }

    internal string Address => _process.Address;

    internal TimeSpan ProcessorTime => _process.ProcessorTime;

    internal Task StartAsync() => _process.StartAsync();

    internal void Kill() => _process.Kill();

    internal Task SignalAsync(string signal) => _process.SignalAsync(signal);

    internal async Task<StateSize> MeasureAsync()
    {
        _connection ??= await ConnectionMultiplexer.ConnectAsync($"{Address},allowAdmin=true,abortConnect=false,asyncTimeout=2000");
        var server = _connection.GetServer(Address);
        var memory = (await server.InfoAsync("memory")).SelectMany(static group => group).First(static i => i.Key == "used_memory").Value;
        var entries = (long)await server.ExecuteAsync("EVAL", CountEntries, "0");
        return new StateSize(entries, long.Parse(memory, CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _process.Dispose();
    }
}
