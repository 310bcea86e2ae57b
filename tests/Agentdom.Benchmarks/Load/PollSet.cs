using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Agentdom.Benchmarks.Load;

/// <summary>Waits for several sockets at once, with one system call and without allocating.</summary>
internal sealed class PollSet
{
    private const short Readable = 1;

    private readonly Entry[] _entries;

    internal PollSet(Socket[] sockets)
    {
        _entries = Array.ConvertAll(sockets, static socket => new Entry { Descriptor = (int)socket.Handle, Wanted = Readable });
        Count = sockets.Length;
    }

    /// <summary>How many sockets it waits for.</summary>
    internal int Count { get; private set; }

    /// <returns>False if nothing happened in this time.</returns>
    internal bool Wait(int milliseconds)
    {
        int ready;
        do ready = Native.Poll(_entries, (nuint)_entries.Length, milliseconds);
        while (ready < 0 && Marshal.GetLastPInvokeError() == Native.Interrupted);
        return ready > 0;
    }

    /// <summary>Whether there is something to read, or the connection is broken.</summary>
    internal bool IsReady(int index) => _entries[index].Ready != 0;

    internal void Remove(int index)
    {
        // poll skips negative descriptors.
        _entries[index] = new Entry { Descriptor = -1 };
        Count--;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        internal int Descriptor;
        internal short Wanted;
        internal short Ready;
    }

    private static class Native
    {
        internal const int Interrupted = 4;

        [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
        internal static extern int Poll([In, Out] Entry[] entries, nuint count, int milliseconds);
    }
}
