using System.Diagnostics;

namespace Agentdom.Fleet.Time;

/// <summary>
/// Gives a server that is not written in .NET the simulated time: a small library that is loaded before the C library follows the
/// plan. So what Redis removes by its own clock is removed at the simulated time.
/// </summary>
internal static class ServerClock
{
    private const string PlanVariable = "FLEET_CLOCK";

    private const string Source = """
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static double starts[64], simulated[64], speeds[64];
        static int segments;

        __attribute__((constructor)) static void read_plan(void) {
            const char *text = getenv("FLEET_CLOCK");
            while (text && *text && segments < 64) {
                char *end;
                starts[segments] = strtod(text, &end);
                simulated[segments] = strtod(end + 1, &end);
                speeds[segments++] = strtod(end + 1, &end);
                text = *end == ';' ? end + 1 : 0;
            }
        }

        int clock_gettime(clockid_t id, struct timespec *moment) {
            int result = syscall(SYS_clock_gettime, id, moment);
            if (result != 0 || segments == 0 || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)) return result;
            double real = moment->tv_sec * 1e3 + moment->tv_nsec / 1e6;
            int i = segments - 1;
            while (i > 0 && starts[i] > real) i--;
            double now = simulated[i] + (real - starts[i]) * speeds[i];
            moment->tv_sec = now / 1e3;
            moment->tv_nsec = (now - moment->tv_sec * 1e3) * 1e6;
            return 0;
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

    /// <summary>Compiles the library, and returns what the environment of a server needs.</summary>
    /// <exception cref="FleetFailedException">There is no C compiler.</exception>
    internal static async Task<IReadOnlyDictionary<string, string>> MakeAsync(ClockPlan plan, string folder)
    {
        var (source, library) = (Path.Combine(folder, "clock.c"), Path.Combine(folder, "clock.so"));
        await File.WriteAllTextAsync(source, Source);
        try
        {
            using var compiler = Process.Start("cc", ["-O2", "-shared", "-fPIC", "-o", library, source]);
            await compiler.WaitForExitAsync();
            if (compiler.ExitCode != 0) throw new FleetFailedException("The clock for Redis could not be compiled.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new FleetFailedException("There is no C compiler here for Redis's clock (apt-get install gcc libc6-dev).");
        }
        return new Dictionary<string, string> { ["LD_PRELOAD"] = library, [PlanVariable] = plan.ToString() };
    }
}
