using System.Diagnostics;

namespace Agentdom.Tests.Support;

/// <summary>
/// A session with a real keychain that is not the user's: on Linux a separate D-Bus with a gnome-keyring in the test's folder, on
/// Windows DPAPI, which writes nothing elsewhere.
/// </summary>
internal sealed class KeychainSession : IAsyncDisposable
{
    // Prints the bus's address when the keyring answers, and runs until its input is closed.
    private const string Script = """
        echo | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
        keyring=$!
        for i in $(seq 100); do
            dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
                string:org.freedesktop.secrets | grep -q true && break
            sleep 0.1
        done
        echo "$DBUS_SESSION_BUS_ADDRESS"
        cat >/dev/null
        kill "$keyring"
        """;

    private readonly Process? _session;
    private readonly string? _bus;

    private KeychainSession(Process? session, string? bus)
    {
        _session = session;
        _bus = bus;
    }

    internal static KeychainSession Start(string folder)
    {
        if (OperatingSystem.IsWindows()) return new KeychainSession(null, null);
        if (!OperatingSystem.IsLinux()) Assert.Skip("The keychain of this system is the user's own.");
        foreach (var tool in new[] { "dbus-run-session", "dbus-send", "gnome-keyring-daemon" })
        {
            if (!System.Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(f => File.Exists(Path.Combine(f, tool))))
                Assert.Skip($"There is no {tool} here (apt-get install dbus gnome-keyring libsecret-1-0).");
        }

        var start = new ProcessStartInfo("dbus-run-session")
        {
            ArgumentList = { "--", "sh", "-c", Script },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in new[] { "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME" })
            start.Environment[name] = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var session = Process.Start(start)!;
        _ = session.StandardError.ReadToEndAsync();
        return new KeychainSession(session, session.StandardOutput.ReadLine());
    }

    /// <summary>Runs a script in a process with access to the keychain.</summary>
    internal Task<ChildEngine.Result> RunAsync(string script, params (string Name, string? Value)[] environment) =>
        ChildEngine.RunAsync(script, [.. Environment, .. environment]);

    /// <summary>The environment variables of the session.</summary>
    internal (string Name, string? Value)[] Environment => [("AGENTDOM_KEYCHAIN", "on"), ("DBUS_SESSION_BUS_ADDRESS", _bus)];

    public async ValueTask DisposeAsync()
    {
        if (_session is null) return;
        _session.StandardInput.Close();
        await _session.WaitForExitAsync();
        _session.Dispose();
    }
}
