using System.Net.Sockets;
using System.Text;
using Agentdom.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agentdom.Tests.Issuer;

/// <summary>Bodies with invalid HTTP framing, which no HTTP client sends.</summary>
public sealed class BrokenBodyTests : IDisposable
{
    private readonly LogCapture _log = new();

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("ffffffffffffff\r\n")]
    [InlineData("1\r\n{}\r\n")]
    public async Task AWronglyChunkedBodyIsRefusedAndIsNoErrorOfTheApps(string chunks)
    {
        var answer = await SendAsync(chunks);

        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Contains("\"invalid_request\"", answer);
        // What follows is not read as another request.
        Assert.Single(answer.Split('\n'), line => line.StartsWith("HTTP/1.1", StringComparison.Ordinal));
        Assert.Equal("invalid_request", Assert.Single(_log.Audit).Values["Outcome"]);
        Assert.DoesNotContain(_log.Of("Microsoft.AspNetCore.Server.Kestrel"), e => e.Level >= LogLevel.Warning);
    }

    public void Dispose() => _log.Dispose();

    /// <returns>Everything that the issuer sends until it closes the connection.</returns>
    private async Task<string> SendAsync(string chunks)
    {
        await using var issuer = await TestIssuer.StartAsync(services: s => s.AddSingleton<ILoggerProvider>(_log));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", issuer.Uri("/").Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes("POST /v1/agent-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + chunks),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
