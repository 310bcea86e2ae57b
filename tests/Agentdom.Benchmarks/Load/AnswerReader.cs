using System.Buffers.Text;
using System.Net.Sockets;

namespace Agentdom.Benchmarks.Load;

/// <summary>Reads answers that declare their length from a socket, and no more of them than the status.</summary>
internal sealed class AnswerReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[8192];
    private int _length;
    private int _wanted = int.MaxValue;

    /// <summary>Reads what has arrived, without waiting.</summary>
    /// <param name="status">The status of a whole answer; 0 where the connection broke or the answer has no length.</param>
    /// <returns>Whether there is an answer or none will come.</returns>
    internal bool TryRead(out short status)
    {
        status = 0;
        var room = _buffer.Length - _length;
        var error = SocketError.Success;
        var read = room == 0 ? 0 : socket.Receive(_buffer.AsSpan(_length, room), SocketFlags.None, out error);
        if (read <= 0) return room == 0 || error != SocketError.WouldBlock;
        _length += read;
        if (_wanted == int.MaxValue) _wanted = Wanted(_buffer.AsSpan(0, _length));
        if (_length < _wanted) return false;
        if (_wanted == 0 || !Utf8Parser.TryParse(_buffer.AsSpan("HTTP/1.1 ".Length, 3), out status, out _)) status = 0;
        (_length, _wanted) = (0, int.MaxValue);
        return true;
    }

    private static int Wanted(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return int.MaxValue;
        var at = answer[..head].IndexOf("\r\nContent-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(answer[(at + "\r\nContent-Length: ".Length)..], out int body, out _) ? head + 4 + body : 0;
    }
}
