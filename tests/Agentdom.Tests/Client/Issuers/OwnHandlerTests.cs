using System.Collections.Concurrent;
using System.Net;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

/// <summary>A client that sends its requests through a handler of the caller. docs/provider.md uses one of a test server.</summary>
public sealed class OwnHandlerTests
{
    public static TheoryData<HttpMessageHandler> RedirectFollowers =>
    [
        new HttpClientHandler(),
        new SocketsHttpHandler(),
        new Watcher(new SocketsHttpHandler()),
    ];

    [Fact]
    public async Task AllItsRequestsGoThroughTheHandler()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var watcher = new Watcher(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var client = new AtpClient(watcher);
        var source = new AgentTokenSource(
            client, issuer.Name, ["data.read"], new() { AgentId = "test-agent", Secret = TestIssuer.SecretText });

        using var data = await issuer.GetDataAsync(await source.GetTokenAsync());
        Assert.Equal(HttpStatusCode.OK, data.StatusCode);
        Assert.Equal(["/.well-known/agentdom.json", "/v1/agent-tokens"], watcher.Paths);
    }

    [Theory]
    [MemberData(nameof(RedirectFollowers), DisableDiscoveryEnumeration = true)]
    public void AHandlerThatFollowsRedirectsIsRefused(HttpMessageHandler handler)
    {
        using (handler) Assert.Contains("AllowAutoRedirect", Assert.Throws<ArgumentException>(() => new AtpClient(handler)).Message);
    }

    private sealed class Watcher(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        internal ConcurrentQueue<string> Paths { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Enqueue(request.RequestUri!.AbsolutePath);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
