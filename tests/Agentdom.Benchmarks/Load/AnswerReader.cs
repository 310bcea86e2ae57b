using System.Buffers.Text;
using System.Net.Sockets;

namespace Agentdom.Benchmarks.Load;

/// <summary>Reads answers with a declared length from a socket, and parses only their status.</summary>
internal sealed class AnswerReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[8192];

    /// <summary>The status of the next answer, or 0 if it was cut off or has no length.</summary>
    internal short Read()
    {
        var length = 0;
        var wanted = int.MaxValue;
        while (length < wanted)
        {
            var read = length == _buffer.Length ? 0 : socket.Receive(_buffer, length, _buffer.Length - length, SocketFlags.None);
            if (read == 0) return 0;
            length += read;
            if (wanted == int.MaxValue) wanted = Wanted(_buffer.AsSpan(0, length));
        }
        return Utf8Parser.TryParse(_buffer.AsSpan("HTTP/1.1 ".Length, 3), out short status, out _) ? status : (short)0;
    }

    private static int Wanted(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return int.MaxValue;
        var at = answer[..head].IndexOf("\r\nContent-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(answer[(at + "\r\nContent-Length: ".Length)..], out int body, out _) ? head + 4 + body : 0;
    }
}
