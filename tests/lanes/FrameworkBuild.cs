// Runs the netstandard2.0 build on published vectors. framework-under-mono.sh compiles it with mcs and starts it under mono.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Web.Script.Serialization;

internal static class FrameworkBuild
{
    // Types are found by these names in any of the module's assemblies, so that this file does not depend on the names of
    // assemblies or namespaces.
    private const string Canonical = "CanonicalJson", Number = "JsonNumber", Signer = "AtpSigner", Secret = "SharedSecret",
        Box = "SealedBox";

    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Dictionary<string, string> s_number = new Dictionary<string, string>
    {
        { "0000000000000001", "5e-324" }, { "7fefffffffffffff", "1.7976931348623157e+308" },
        { "41b3de4355555555", "333333333.3333333" }, { "3eb0c6f7a0b5ed8d", "0.000001" },
        { "3eb0c6f7a0b5ed8c", "9.999999999999997e-7" }, { "444b1ae4d6e2ef50", "1e+21" },
        { "444b1ae4d6e2ef4f", "999999999999999900000" }, { "8000000000000000", "0" },
        { "3e60000000000000", "2.9802322387695312e-8" },
    };

    private static Type[] s_types;
    private static string s_vectors;

    private static int Main(string[] arguments)
    {
        var folder = arguments[0];
        s_vectors = arguments.Length > 1 ? arguments[1] : "";
        // Like in Windows PowerShell there are no binding redirects, so assemblies are resolved by name, whatever their version.
        AppDomain.CurrentDomain.AssemblyResolve += (sender, request) =>
        {
            var file = Path.Combine(folder, new AssemblyName(request.Name).Name + ".dll");
            return File.Exists(file) ? Assembly.LoadFrom(file) : null;
        };
        s_types = Directory.GetFiles(folder, "Agentdom*.dll").SelectMany(file => TypesOf(Assembly.LoadFrom(file))).ToArray();
        Console.WriteLine("runtime: " + System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription);

        Check("numbers", Numbers);
        Check("es6 sequence of 10000", NumberSequence);
        foreach (var name in new[] { "arrays", "french", "structures", "unicode", "values", "weird" })
            Check("jcs " + name, () => CanonicalForm(name));
        Check("refusals", Refusals);
        Check("signature", Signature);
        Check("wycheproof hmac", Wycheproof);
        Check("sealed box", SealedBox);
        return 0;
    }

    private static void Check(string name, Func<string> check)
    {
        try
        {
            var fault = check();
            Console.WriteLine(fault == null ? "ok: " + name : "not ok: " + name + ": " + fault);
        }
        catch (Exception error)
        {
            Console.WriteLine("not ok: " + name + ": " + error);
        }
    }

    private static string Numbers()
    {
        foreach (var pair in s_number)
        {
            var written = Format(Convert.ToInt64(pair.Key, 16));
            if (written != pair.Value) return pair.Value + " was written " + written;
        }
        return null;
    }

    // The sequence that RFC 8785 names in appendix B: the first numbers are listed, the others follow from SHA-256.
    private static string NumberSequence()
    {
        var text = new StringBuilder();
        foreach (var bits in BitPatterns().Take(10000))
            text.Append(bits.ToString("x", CultureInfo.InvariantCulture)).Append(',').Append(Format((long)bits)).Append('\n');
        using (var sha = SHA256.Create())
        {
            var hash = Hex(sha.ComputeHash(Encoding.ASCII.GetBytes(text.ToString())));
            return hash == "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892" ? null : "SHA-256 is " + hash;
        }
    }

    private static IEnumerable<ulong> BitPatterns()
    {
        foreach (var line in File.ReadAllLines(Path.Combine(s_vectors, "jcs", "es6-start.txt")))
            yield return ulong.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        for (ulong i = 0; i < 2000; i++) yield return 0x0010000000000000 + i;
        var block = new byte[32];
        using (var sha = SHA256.Create())
        {
            while (true)
            {
                block = sha.ComputeHash(block);
                for (var i = 0; i < block.Length; i += 8)
                {
                    var bits = BitConverter.ToUInt64(block, i);
                    var value = BitConverter.Int64BitsToDouble((long)bits);
                    if (value != 0 && !double.IsNaN(value) && !double.IsInfinity(value)) yield return bits;
                }
            }
        }
    }

    private static string CanonicalForm(string name)
    {
        var input = File.ReadAllText(Path.Combine(s_vectors, "jcs", "input", name + ".json"));
        var expected = string.Concat(File.ReadAllText(Path.Combine(s_vectors, "jcs", "outhex", name + ".txt")).Where(Uri.IsHexDigit));
        var written = Hex(Encoding.UTF8.GetBytes(FromText(input)));
        return written == expected ? null : "was written " + written;
    }

    private static string Refusals()
    {
        foreach (var text in new[] { "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud800\"}", "9007199254740992", "1e400", "[1,]", "" })
        {
            try
            {
                return text + " was taken: " + FromText(text);
            }
            catch (FormatException)
            {
            }
        }
        return null;
    }

    // RFC 4231's test case 2, whose message is text.
    private static string Signature()
    {
        var signature = Sign("what do ya want for nothing?", Encoding.ASCII.GetBytes("Jefe"));
        return signature == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" ? null : signature;
    }

    private static string Wycheproof()
    {
        var json = new JavaScriptSerializer { MaxJsonLength = int.MaxValue };
        var file = (Dictionary<string, object>)json.DeserializeObject(
            File.ReadAllText(Path.Combine(s_vectors, "wycheproof", "hmac_sha256_test.json")));
        var texts = 0;
        foreach (Dictionary<string, object> group in (object[])file["testGroups"])
        {
            foreach (Dictionary<string, object> test in (object[])group["tests"])
            {
                string text;
                try
                {
                    text = new UTF8Encoding(false, true).GetString(Bytes((string)test["msg"]));
                }
                catch (DecoderFallbackException)
                {
                    continue;
                }
                var tag = (string)test["tag"];
                var isSignature = (string)test["result"] == "valid" && tag.Length == 64;
                if ((Sign(text, Bytes((string)test["key"])) == tag) != isSignature) return "case " + test["tcId"];
                texts++;
            }
        }
        return texts == 117 ? null : texts + " messages were texts, not 117";
    }

    private static string SealedBox()
    {
        var key = Enumerable.Range(0, 32).Select(i => (byte)(i * 5)).ToArray();
        foreach (var length in new[] { 0, 1, 16, 1000, 100000 })
        {
            var plaintext = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            var box = (byte[])Call(Box, "Seal", key, plaintext, "a.secret");
            if (!plaintext.SequenceEqual((byte[])Call(Box, "Open", key, box, "a.secret"))) return length + " bytes came back changed";
            box[box.Length - 1] ^= 1;
            try
            {
                Call(Box, "Open", key, box, "a.secret");
                return "damage was not noticed";
            }
            catch (CryptographicException)
            {
            }
        }
        return null;
    }

    private static string Format(long bits) => (string)Call(Number, "Format", BitConverter.Int64BitsToDouble(bits));

    private static string FromText(string text) => (string)Call(Canonical, "FromText", text);

    private static string Sign(string text, byte[] key) =>
        (string)Call(Signer, "Sign", text, Activator.CreateInstance(TypeOf(Secret), new object[] { key }));

    private static object Call(string type, string method, params object[] arguments)
    {
        try
        {
            return TypeOf(type).InvokeMember(
                method, BindingFlags.InvokeMethod | AnyStatic, null, null, arguments, CultureInfo.InvariantCulture);
        }
        catch (TargetInvocationException error)
        {
            throw error.InnerException;
        }
    }

    private static Type TypeOf(string name) => s_types.Single(type => type.Name == name && !type.IsNested);

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException error)
        {
            return error.Types.Where(type => type != null);
        }
    }

    private static byte[] Bytes(string hex) =>
        Enumerable.Range(0, hex.Length / 2).Select(i => Convert.ToByte(hex.Substring(i * 2, 2), 16)).ToArray();

    private static string Hex(byte[] bytes) => string.Concat(bytes.Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
}
