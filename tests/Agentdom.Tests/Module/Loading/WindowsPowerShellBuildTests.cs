using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>
/// Compares the build for Windows PowerShell with the one for pwsh. A user of both has one vault, so each must read what the
/// other wrote.
/// </summary>
public sealed class WindowsPowerShellBuildTests
{
    private static readonly BuildContext s_build = new(
        Path.Combine(TestPaths.RepositoryRoot, "out", "Agentdom", "bin", "netstandard2.0"));

    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(static i => (byte)(i * 5))];

    [Fact]
    public void ItIsAnotherBuildWithItsOwnCipher()
    {
        Assert.NotEqual(typeof(SealedBox).Assembly, s_build.Load("Agentdom.Client"));
        Assert.Contains(s_build.Load("Agentdom.Client").GetReferencedAssemblies(), static name => name.Name == "BouncyCastle.Cryptography");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void EachBuildOpensWhatTheOtherSealed(int length)
    {
        var plaintext = RandomNumberGenerator.GetBytes(length);

        Assert.Equal(plaintext, SealedBox.Open(s_key, Seal(s_key, plaintext, "a.secret"), "a.secret"));
        Assert.Equal(plaintext, Open(s_key, SealedBox.Seal(s_key, plaintext, "a.secret"), "a.secret"));
    }

    [Fact]
    public void ItNoticesDamageAsTheOtherDoes()
    {
        var box = SealedBox.Seal(s_key, Encoding.UTF8.GetBytes("hunter2"), "a.secret");
        for (var i = 0; i < box.Length; i++)
        {
            var damaged = box.ToArray();
            damaged[i] ^= 1;
            Assert.Throws<CryptographicException>(() => Open(s_key, damaged, "a.secret"));
        }
        Assert.Throws<CryptographicException>(() => Open(s_key, box, "b.secret"));
        Assert.Throws<CryptographicException>(() => Open(new byte[32], box, "a.secret"));
        Assert.Throws<CryptographicException>(() => Open(s_key, box[..28], "a.secret"));
        Assert.Equal("hunter2", Encoding.UTF8.GetString(Open(s_key, box, "a.secret")));
    }

    [Theory]
    [InlineData("""{ "b": [1.50, "\u0041\ud83d\ude00", null], "a": {"\ufb33": true, "\ud83d\ude02": -0} }""")]
    [InlineData("[333333333.33333329, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.1, 9007199254740991]")]
    [InlineData("\"Größe \\u0000\\u001f\\\"\\\\/\"")]
    public void BothBuildsCanonicaliseAlike(string text) => Assert.Equal(CanonicalJson.FromText(text), FromText(text));

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("9007199254740992")]
    [InlineData("1e400")]
    [InlineData("[1,]")]
    [InlineData("")]
    public void BothBuildsRefuseAlike(string text)
    {
        Assert.Throws<JsonFormatException>(() => CanonicalJson.FromText(text));
        // Compared by name, because the other build's exception is a different type.
        var refusal = Assert.ThrowsAny<FormatException>(() => FromText(text));
        Assert.Equal(typeof(JsonFormatException).FullName, refusal.GetType().FullName);
    }

    private static byte[] Seal(byte[] key, byte[] plaintext, string fileName) =>
        (byte[])Call("Agentdom.Client.SealedBox", "Seal", key, plaintext, fileName);

    private static byte[] Open(byte[] key, byte[] box, string fileName) =>
        (byte[])Call("Agentdom.Client.SealedBox", "Open", key, box, fileName);

    private static string FromText(string text) => (string)Call("Agentdom.Protocol.CanonicalJson", "FromText", text);

    private static object Call(string type, string method, params object[] arguments) =>
        s_build.Load(type.Substring(0, type.LastIndexOf('.'))).GetType(type, throwOnError: true)!.InvokeMember(
            method,
            BindingFlags.InvokeMethod | BindingFlags.DoNotWrapExceptions
                | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic,
            null, null, arguments, System.Globalization.CultureInfo.InvariantCulture)!;

    /// <summary>Loads assemblies from one folder, and others from the runtime.</summary>
    private sealed class BuildContext(string folder) : AssemblyLoadContext("Agentdom for Windows PowerShell")
    {
        internal Assembly Load(string name) => LoadFromAssemblyPath(Path.Combine(folder, name + ".dll"));

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = Path.Combine(folder, assemblyName.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
