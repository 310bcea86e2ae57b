using System.Buffers.Text;
using System.Net.Sockets;

namespace Agentdom.Benchmarks.Load;

/// <summary>Reads answers with a declared length from a socket, and parses only their status.</summary>
internal sealed class AnswerReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[8192];
    private int _length;
    private int _wanted = int.MaxValue;

    /// <summary>Receives once.</summary>
    /// <returns>
    /// The status of the answer if it is complete, 0 if it was cut off or has no length, or null if a part is missing.
    /// </returns>
    internal short? Read()
    {
        var read = _length == _buffer.Length ? 0 : socket.Receive(_buffer, _length, _buffer.Length - _length, SocketFlags.None);
        if (read == 0) return 0;
        _length += read;
        if (_wanted == int.MaxValue) _wanted = Wanted(_buffer.AsSpan(0, _length));
        if (_length < _wanted) return null;
        (_length, _wanted) = (0, int.MaxValue);
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
