using System.Diagnostics;
using System.Globalization;

namespace Agentdom.Tests.Support;

/// <summary>
/// The clock of a server process, which a test can set. A small library that is loaded before the C library adds an offset to what
/// the system says. (libfaketime does the same, but a Redis with jemalloc does not start with it.)
/// </summary>
internal sealed class ServerClock : IDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static long long offset(void) {
            char text[32] = {0};
            const char *path = getenv("CLOCK_OFFSET_FILE");
            int file = path ? open(path, O_RDONLY) : -1;
            if (file < 0) return 0;
            ssize_t read_bytes = read(file, text, sizeof text - 1);
            close(file);
            return read_bytes > 0 ? atoll(text) : 0;
        }

        int clock_gettime(clockid_t id, struct timespec *moment) {
            int result = syscall(SYS_clock_gettime, id, moment);
            if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) moment->tv_sec += offset();
            return result;
        }

        int gettimeofday(struct timeval *restrict moment, void *restrict zone) {
            struct timespec now;
            (void)zone;
            if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
            moment->tv_sec = now.tv_sec;
            moment->tv_usec = now.tv_nsec / 1000;
            return 0;
        }

        time_t time(time_t *out) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (out) *out = now.tv_sec;
            return now.tv_sec;
        }
        """;

    private readonly string _folder;

    private ServerClock(string folder) => _folder = folder;

    /// <summary>What the process's environment needs.</summary>
    internal IEnumerable<(string Name, string Value)> Environment =>
        [("LD_PRELOAD", Path.Combine(_folder, "clock.so")), ("CLOCK_OFFSET_FILE", Path.Combine(_folder, "offset"))];

    /// <summary>Skips the test if there is no C compiler.</summary>
    internal static async Task<ServerClock> MakeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The clock of one process can be set on Linux only.");
        var clock = new ServerClock(TestPaths.NewFolder());
        var source = Path.Combine(clock._folder, "clock.c");
        await File.WriteAllTextAsync(source, Source);
        try
        {
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-o", Path.Combine(clock._folder, "clock.so"), source]);
            await compiler.WaitForExitAsync();
            Assert.Equal(0, compiler.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            clock.Dispose();
            Assert.Skip("There is no C compiler here to make a clock that can be set (apt-get install gcc libc6-dev).");
        }
        clock.Set(0);
        return clock;
    }

    /// <summary>Sets the clock to the real time plus an offset in seconds. It applies at once.</summary>
    internal void Set(int seconds)
    {
        // Replaced as a whole, because the process may be reading it.
        var next = Path.Combine(_folder, "next");
        File.WriteAllText(next, seconds.ToString(CultureInfo.InvariantCulture));
        File.Move(next, Path.Combine(_folder, "offset"), overwrite: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
