using System.Net;
using System.Net.Sockets;
using System.Text;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Faults;

/// <summary>Issuers that misbehave: their clock is wrong, they are slow, or their answer never ends.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class IssuerTests
{
    private const long Gigabyte = 1L << 30;

    [Theory]
    [InlineData(600)]
    [InlineData(-600)]
    public async Task AClockThatIsOffByTenMinutesHasNoEffect(int ahead)
    {
        await using var issuer = await TestIssuer.StartAsync(
            services: s => s.AddSingleton<TimeProvider>(new ManualTime(TimeSpan.FromSeconds(ahead))));
        using var engine = new Engine();
        Engine.Result Run(string script) =>
            engine.Run(script, ("h", issuer.Name), ("s", new NetworkCredential("", TestIssuer.SecretText).SecurePassword));

        Assert.Empty(Run("Set-AtpSecret $h $s; $t = Request-AtpToken $h data.read").Errors);
        Assert.Equal(3600, Run("$t.ExpiresIn").Single<int>());
        // A new token is not due, and a token that was renewed by force is valid at once.
        Assert.Empty(Run("Update-AtpToken $h").Output);
        Assert.Single(Run("Update-AtpToken $h -Force").Output);
        Assert.True(Run("Test-AtpToken $h -Quiet").Single<bool>());
        Assert.Equal(HttpStatusCode.OK, (await issuer.GetDataAsync(Run("Get-AtpToken $h -AsPlainText").Single<string>())).StatusCode);
        Assert.True(Run("(Revoke-AtpToken $h).RevokedAtIssuer").Single<bool>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"token\":\"")]
    public async Task AnIssuerThatSendsAByteNowAndThenIsAbandonedAtTheDeadline(string start)
    {
        await using var issuer = new PouringIssuer(start, TimeSpan.FromMilliseconds(50));
        using var agent = new Agent();
        // Well below the timeout of an attempt, so that the deadline takes effect.
        using var deadline = new Deadline(TimeSpan.FromSeconds(1));

        await Agent.FailsAsync(AtpError.TimedOut, () => agent.AskAsync(issuer.Endpoint, deadline));

        Assert.True(await issuer.Poured > 0);
    }

    [Fact]
    public async Task ACmdletAbandonsASlowIssuerToo()
    {
        await using var issuer = new PouringIssuer("HTTP/1.1 200 OK\r\n\r\n{\"token\":\"", TimeSpan.FromMilliseconds(50));
        using var engine = new Engine();
        StoredTokens.Save(StoredTokens.Make(issuer.Name, TimeSpan.FromSeconds(-1)));
        var secret = ("s", (object?)new NetworkCredential("", TestIssuer.SecretText).SecurePassword);

        Assert.Equal("AtpTimedOut",
            engine.Run($"Request-AtpToken {issuer.Name} data.read -Secret $s -TimeoutSec 1 -NoPersist", secret).ErrorId);
        Assert.Equal("AtpTimedOut", engine.Run($"Test-AtpToken {issuer.Name} -TimeoutSec 1").ErrorId);
        Assert.Equal("AtpTimedOut",
            engine.Run($"Set-AtpSecret {issuer.Name} $s; Get-AtpToken {issuer.Name} -TimeoutSec 1", secret).ErrorId);
    }

    [Theory]
    [InlineData("200 OK", true)]
    [InlineData("200 OK", false)]
    [InlineData("401 Unauthorized", false)]
    public async Task AGigabyteIsNotRead(string status, bool isAnnounced)
    {
        var length = isAnnounced ? $"Content-Length: {Gigabyte}\r\n" : "";
        await using var issuer = new PouringIssuer(
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{length}\r\n{{\"token\":\"", TimeSpan.Zero);
        using var agent = new Agent();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);

        await Agent.FailsAsync(AtpError.AnswerInvalid, () => agent.AskAsync(issuer.Endpoint));

        // The system's buffers accept some megabytes before writes block.
        Assert.InRange(await issuer.Poured, 1, Gigabyte / 32);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - allocated, 0, Gigabyte / 32);
    }

    /// <summary>Sends the beginning of an answer, then one byte after each pause, or bytes without a pause, until disconnected.</summary>
    private sealed class PouringIssuer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly string _start;
        private readonly TimeSpan _pause;

        private readonly CancellationTokenSource _end = new();
        private readonly TaskCompletionSource<long> _poured = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _serving;

        internal PouringIssuer(string start, TimeSpan pause)
        {
            (_start, _pause) = (start, pause);
            _listener.Start();
            _serving = ServeAsync();
        }

        internal string Name => _listener.LocalEndpoint.ToString()!;

        internal Uri Endpoint => new($"http://{Name}/v1/agent-tokens");

        /// <summary>Completes when the first agent has disconnected, with the approximate number of bytes sent to it.</summary>
        internal Task<long> Poured => _poured.Task;

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _serving;
            _listener.Stop();
            _end.Dispose();
        }

        // One agent at a time, until the test is over.
        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var agent = await _listener.AcceptTcpClientAsync(_end.Token);
                    _poured.TrySetResult(await PourAsync(agent.GetStream()));
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }

        private async Task<long> PourAsync(NetworkStream stream)
        {
            var poured = 0L;
            try
            {
                // The request. A small one arrives in one piece here.
                Assert.NotEqual(0, await stream.ReadAsync(new byte[16 * 1024]));
                await stream.WriteAsync(Encoding.ASCII.GetBytes(_start));
                var drop = new byte[_pause > TimeSpan.Zero ? 1 : 8192];
                Array.Fill(drop, (byte)'x');
                while (poured < Gigabyte)
                {
                    await stream.WriteAsync(drop);
                    poured += drop.Length;
                    if (_pause > TimeSpan.Zero) await Task.Delay(_pause);
                }
            }
            catch (IOException)
            {
                // The agent has disconnected.
            }
            return poured;
        }
    }
}
