using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Agentdom.Benchmarks;

/// <summary>The cost of one request in the libraries, step by step.</summary>
[MemoryDiagnoser]
public class ProtocolBenchmark
{
    private const string Secret = "a shared secret of more than 32 bytes";

    private readonly SharedSecret _secret = SharedSecret.FromText(Secret);
    private readonly AgentSecret _agentSecret = new(SharedSecret.FromText(Secret));
    private JsonObject _body = null!;
    private string _canonical = "";
    private string _signature = "";
    private SignedRequest _request = null!;
    private (TokenCodec Codec, string Token) _hs256;
    private (TokenCodec Codec, string Token) _es256;
    private (TokenCodec Codec, string Token) _rs256;

    // In this process, because a generated project next to this one would not build with the repository's settings.
    internal static void Run() => BenchmarkRunner.Run<ProtocolBenchmark>(
        DefaultConfig.Instance.AddJob(Job.MediumRun.WithLaunchCount(1).WithToolchain(InProcessEmitToolchain.Instance)));

    /// <summary>Creates the inputs of the steps.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var members = new Dictionary<string, object?>
        {
            ["agent_id"] = new string('a', 64),
            ["purpose"] = "Sync dashboard",
            ["scopes"] = new[] { "data.read", "data.write" },
            ["timestamp"] = 1_795_464_527_000L,
        };
        _canonical = AtpSigner.CanonicalBody(members);
        _signature = AtpSigner.Sign(_canonical, _secret);
        members["signature"] = _signature;
        var text = Encoding.UTF8.GetBytes(CanonicalJson.FromValue(members));
        _body = StrictJson.ParseObject(text);
        _request = SignedBody.Parse(text).ReadRequest();
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        (_hs256, _es256, _rs256) = (Codec(null), Codec(ec.ExportPkcs8PrivateKeyPem()), Codec(rsa.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>Converts a body to canonical form.</summary>
    [Benchmark]
    public byte[] Canonicalise() => AtpSigner.CanonicalBytes(_body, plain: null);

    /// <summary>Signs a canonical body.</summary>
    [Benchmark]
    public string Sign() => AtpSigner.Sign(_canonical, _secret);

    /// <summary>Verifies a signature.</summary>
    [Benchmark]
    public bool Verify() => AtpSigner.Verify(_canonical, _signature, _secret);

    /// <summary>Mints a token.</summary>
    [Benchmark]
    public string Mint() => Mint(_hs256.Codec);

    /// <summary>Mints a token with ES256.</summary>
    [Benchmark]
    public string MintEs256() => Mint(_es256.Codec);

    /// <summary>Mints a token with RS256.</summary>
    [Benchmark]
    public string MintRs256() => Mint(_rs256.Codec);

    /// <summary>Validates a token.</summary>
    [Benchmark]
    public Task<bool> Validate() => ValidateAsync(_hs256);

    /// <summary>Validates a token with ES256.</summary>
    [Benchmark]
    public Task<bool> ValidateEs256() => ValidateAsync(_es256);

    /// <summary>Validates a token with RS256.</summary>
    [Benchmark]
    public Task<bool> ValidateRs256() => ValidateAsync(_rs256);

    private (TokenCodec Codec, string Token) Codec(string? signingKey)
    {
        var options = new TokenIssuerOptions { Secrets = { Secret }, Scopes = { "data.read", "data.write" } };
        if (signingKey is not null) options.SigningKeys.Add(signingKey);
        var codec = new TokenCodec(options, new AgentAccess(options, directory: null).Shared, TimeProvider.System);
        return (codec, Mint(codec));
    }

    private string Mint(TokenCodec codec) => codec.Mint(_request, _agentSecret, TimeSpan.FromHours(1), "a token's id");

    private static async Task<bool> ValidateAsync((TokenCodec Codec, string Token) one) => await one.Codec.ReadAsync(one.Token) is not null;
}
