using System.Globalization;
using System.Security.Cryptography;

namespace Agentdom.Benchmarks.Load;

/// <summary>Measures the memory per stored signature, and checks that a full state refuses requests and drops nothing.</summary>
internal static class ReplayMemory
{
    private const int Count = InMemoryIssuerState.DefaultCapacity;
    private const int WindowSeconds = 600;

    internal static async Task RunAsync()
    {
        var start = DateTimeOffset.UtcNow;
        var state = new InMemoryIssuerState();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++) await Require(state, i, start, expected: true);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;

        await Require(state, 0, start, expected: false);
        await Require(state, Count - 1, start, expected: false);
        try
        {
            await state.TryRememberAsync(Signature(Count), Until(Count, start), default);
            throw new BenchmarkFailedException("A full state accepted another signature.");
        }
        catch (IssuerStateException e)
        {
            Console.WriteLine($"One more: {e.Message} Replays are still found.");
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Count:N0} signatures over {WindowSeconds} s: {bytes / 1e6:0.0} MB, {(double)bytes / Count:0.0} bytes each"));
        GC.KeepAlive(state);
    }

    private static async Task Require(InMemoryIssuerState state, int number, DateTimeOffset start, bool expected)
    {
        if (await state.TryRememberAsync(Signature(number), Until(number, start), default) != expected)
            throw new BenchmarkFailedException(expected ? "A new signature was taken for a replay." : "A replay was not found.");
    }

    private static byte[] Signature(int number) => SHA256.HashData(BitConverter.GetBytes(number));

    private static DateTimeOffset Until(int number, DateTimeOffset start) => start.AddSeconds(WindowSeconds * (double)number / Count);
}
