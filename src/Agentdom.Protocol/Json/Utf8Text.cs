using System.Buffers.Text;
using System.Text;

namespace Agentdom.Protocol;

/// <summary>Text that is written as UTF-8. The buffer can be used for the next text.</summary>
internal sealed class Utf8Text
{
    private const int LongestNumber = 20;

    private byte[] _bytes = new byte[256];
    private int _length;

    /// <summary>The size of the buffer, in bytes.</summary>
    internal int Capacity => _bytes.Length;

    /// <summary>Appends an ASCII character.</summary>
    internal void Append(char ascii)
    {
        Reserve(1);
        _bytes[_length++] = (byte)ascii;
    }

    /// <summary>Appends text without lone surrogates.</summary>
    internal void Append(string text) => Append(text, 0, text.Length);

    /// <summary>Appends a part of a text. It contains no lone surrogates.</summary>
    internal void Append(string text, int start, int count)
    {
        // A UTF-16 unit has at most three bytes in UTF-8.
        Reserve(3 * count);
        _length += Encoding.UTF8.GetBytes(text, start, count, _bytes, _length);
    }

    /// <summary>Appends a number in decimal digits.</summary>
    internal void Append(long number)
    {
        Reserve(LongestNumber);
        Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out var written);
        _length += written;
    }

    internal void Clear() => _length = 0;

    internal byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(_bytes, 0, _length);

    private void Reserve(int count)
    {
        if (_bytes.Length - _length < count) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + count));
    }
}
