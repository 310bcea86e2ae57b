using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
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

    [Fact]
    public async Task ErrorsDoNotBlameAProxyThatTheHandlerDoesNotUse()
    {
        const string Host = "own-handler.invalid";
        var machines = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new ProxyFor(Host);
        try
        {
            using var client = new AtpClient(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                ConnectCallback = static (_, _) => throw new SocketException((int)SocketError.HostNotFound),
            });
            var source = new AgentTokenSource(client, Host, ["data.read"], new() { AgentId = "a", Secret = TestIssuer.SecretText });

            var error = await Agent.FailsAsync(AtpError.HostNotFound, () => source.GetTokenAsync());
            Assert.DoesNotContain("proxy", error.Message, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            HttpClient.DefaultProxy = machines;
        }
    }

    /// <summary>A proxy for one host, so that tests which run at the same time do not use it.</summary>
    private sealed class ProxyFor(string host) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => new("http://proxy.invalid:3128");

        public bool IsBypassed(Uri uri) => uri.Host != host;
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
