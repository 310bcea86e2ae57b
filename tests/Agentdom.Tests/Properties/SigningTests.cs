using System.Text;
using CsCheck;

namespace Agentdom.Tests.Properties;

/// <summary>Properties of the signature of any body with any secret.</summary>
public sealed class SigningTests
{
    private const int Bodies = 3_000;

    private static readonly Gen<byte[]> s_secret = Gen.Byte.Array[1, 200];

    [Fact]
    public void WhatIsSignedVerifiesHoweverItIsWritten() =>
        Gen.Select(JsonValues.Object, s_secret, Gen.Int).Sample((members, secretBytes, seed) =>
        {
            var request = Signed(members, secretBytes, seed, out var secret);
            return AtpSigner.Verify(request.CanonicalBody, request.Signature, secret);
        }, iter: Bodies);

    [Fact]
    public void OneBitOfTheSignatureChangedDoesNotVerify() =>
        Gen.Select(JsonValues.Object, s_secret, Gen.Int[0, (Hmac.Size * 8) - 1]).Sample((members, secretBytes, bit) =>
        {
            var request = Signed(members, secretBytes, bit, out var secret);
            var changed = Convert.ToHexStringLower(Flip(Convert.FromHexString(request.Signature), bit));
            return !AtpSigner.Verify(request.CanonicalBody, changed, secret);
        }, iter: Bodies);

    [Fact]
    public void OneBitOfTheSecretChangedDoesNotVerify() =>
        Gen.Select(JsonValues.Object, s_secret, Gen.Int[0, int.MaxValue]).Sample((members, secretBytes, at) =>
        {
            var request = Signed(members, secretBytes, at, out _);
            using var other = new SharedSecret(Flip(secretBytes, at % (secretBytes.Length * 8)));
            return !AtpSigner.Verify(request.CanonicalBody, request.Signature, other);
        }, iter: Bodies);

    /// <summary>A changed bit in white space, in an escape's hex digits or in an exponent's letter may keep the meaning.</summary>
    [Fact]
    public void OneBitOfTheRequestChangedIsRefusedOrMeansTheSame()
    {
        var (refused, same) = (0, 0);
        Gen.Select(JsonValues.Object, s_secret, Gen.Int[0, int.MaxValue]).Sample((members, secretBytes, at) =>
        {
            var sent = Sent(members, secretBytes, at, out var secret);
            var request = SignedBody.Parse(sent);
            SignedBody changed;
            try
            {
                changed = SignedBody.Parse(Flip(sent, at % (sent.Length * 8)));
            }
            catch (JsonFormatException)
            {
                Interlocked.Increment(ref refused);
                return true;
            }
            if (!AtpSigner.Verify(changed.CanonicalBody, changed.Signature, secret))
            {
                Interlocked.Increment(ref refused);
                return true;
            }
            Interlocked.Increment(ref same);
            return changed.CanonicalBody.SequenceEqual(request.CanonicalBody)
                && string.Equals(changed.Signature, request.Signature, StringComparison.OrdinalIgnoreCase);
        }, iter: Bodies);
        // Otherwise the test would not have tested refusals.
        Assert.True(refused > same, $"{refused} refused, {same} the same");
    }

    private static SignedBody Signed(Dictionary<string, object?> members, byte[] secretBytes, int seed, out SharedSecret secret) =>
        SignedBody.Parse(Sent(members, secretBytes, seed, out secret));

    private static byte[] Sent(Dictionary<string, object?> members, byte[] secretBytes, int seed, out SharedSecret secret)
    {
        secret = new SharedSecret([.. secretBytes]);
        var signed = new Dictionary<string, object?>(members)
        {
            [AtpSigner.SignatureMember] = AtpSigner.Sign(AtpSigner.CanonicalBody(members), secret),
        };
        return Encoding.UTF8.GetBytes(JsonValues.Write(signed, new Random(seed)));
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] changed = [.. bytes];
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }
}
