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
    private TokenCodec _codec = null!;
    private string _token = "";

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
        var options = new TokenIssuerOptions { Secrets = { Secret }, Scopes = { "data.read", "data.write" } };
        _codec = new TokenCodec(options, new AgentAccess(options, directory: null).Shared, TimeProvider.System);
        _token = _codec.Mint(_request, _agentSecret, TimeSpan.FromHours(1), "a token's id");
    }

    /// <summary>Converts a body to canonical form.</summary>
    [Benchmark]
    public string Canonicalise() => AtpSigner.CanonicalBody(_body, plain: null);

    /// <summary>Signs a canonical body.</summary>
    [Benchmark]
    public string Sign() => AtpSigner.Sign(_canonical, _secret);

    /// <summary>Verifies a signature.</summary>
    [Benchmark]
    public bool Verify() => AtpSigner.Verify(_canonical, _signature, _secret);

    /// <summary>Mints a token.</summary>
    [Benchmark]
    public string Mint() => _codec.Mint(_request, _agentSecret, TimeSpan.FromHours(1), "a token's id");

    /// <summary>Validates a token.</summary>
    [Benchmark]
    public async Task<bool> Validate() => await _codec.ReadAsync(_token) is not null;
}
