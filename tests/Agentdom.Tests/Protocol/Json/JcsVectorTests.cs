using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Protocol;

/// <summary>The test data published with RFC 8785.</summary>
public sealed class JcsVectorTests
{
    [Theory]
    [InlineData("arrays")]
    [InlineData("french")]
    [InlineData("structures")]
    [InlineData("unicode")]
    [InlineData("values")]
    [InlineData("weird")]
    public void CanonicalBytesAreThePublishedOnes(string name)
    {
        var input = File.ReadAllText(TestVectors.File("jcs", "input", $"{name}.json"));
        var output = File.ReadAllText(TestVectors.File("jcs", "outhex", $"{name}.txt"));
        var expected = string.Concat(output.Where(char.IsAsciiHexDigit));

        Assert.Equal(expected, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(CanonicalJson.FromText(input))));
    }

    [Theory]
    [InlineData("arrays")]
    [InlineData("french")]
    [InlineData("structures")]
    [InlineData("unicode")]
    [InlineData("values")]
    [InlineData("weird")]
    public void ACanonicalTextIsItsOwnCanonicalForm(string name)
    {
        var output = File.ReadAllText(TestVectors.File("jcs", "output", $"{name}.json")).TrimEnd('\n');

        Assert.Equal(output, CanonicalJson.FromText(output));
    }

    [Theory]
    [InlineData(1_000, "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687")]
    [InlineData(10_000, "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892")]
    [InlineData(100_000, "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7")]
    // Takes seconds, so it only runs on request: docs/proof.md.
    [InlineData(1_000_000, "49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16", Explicit = true)]
    public void NumbersAreWrittenAsInThePublishedSequence(int count, string sha256)
    {
        var start = File.ReadAllLines(TestVectors.File("jcs", "es6-start.txt"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var bits in BitPatterns(start).Take(count))
        {
            var line = $"{bits:x},{JsonNumber.Format(BitConverter.UInt64BitsToDouble(bits))}\n";
            hash.AppendData(Encoding.ASCII.GetBytes(line));
        }

        Assert.Equal(sha256, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static IEnumerable<ulong> BitPatterns(string[] start)
    {
        foreach (var line in start)
            yield return ulong.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        for (ulong i = 0; i < 2_000; i++) yield return 0x0010_0000_0000_0000 + i;
        var block = new byte[32];
        while (true)
        {
            block = SHA256.HashData(block);
            for (var i = 0; i < block.Length; i += sizeof(ulong))
            {
                var bits = BinaryPrimitives.ReadUInt64LittleEndian(block.AsSpan(i));
                var value = BitConverter.UInt64BitsToDouble(bits);
                if (value != 0 && double.IsFinite(value)) yield return bits;
            }
        }
    }
}
