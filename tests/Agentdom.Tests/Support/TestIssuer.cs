using System.Net;
using System.Text;
using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Support;

/// <summary>A real issuer on Kestrel with a protected endpoint, and methods to call it without our own client.</summary>
internal sealed class TestIssuer(TestHost host) : IAsyncDisposable
{
    internal const string SecretText = "a shared secret of more than 32 bytes";

    private static readonly HttpClient s_http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    // Makes the timestamp of each body, and so its signature, unique.
    private static long s_lastTimestamp;

    internal string Name => host.Name;

    internal Uri Uri(string path) => host.Uri(path);

    internal T Service<T>() where T : notnull => host.Service<T>();

    internal static async Task<TestIssuer> StartAsync(
        Action<AgentTokenIssuerOptions>? configure = null, Action<IServiceCollection>? services = null, Action<WebApplication>? map = null,
        bool addSecret = true) =>
        new(await TestHost.StartAsync(
            app =>
            {
                app.MapAgentTokens("/v1/agent-tokens");
                app.MapAgentdomManifest();
                app.MapGet("/data", (HttpContext http) => http.User.Identity!.Name).RequireAgentScope("data.read");
                map?.Invoke(app);
            },
            builder =>
            {
                services?.Invoke(builder.Services);
                builder.Services.AddAgentTokenIssuer(o =>
                {
                    o.Scopes.Add("data.read");
                    o.Scopes.Add("data.write");
                    configure?.Invoke(o);
                    if (addSecret && o.Secrets.Count == 0) o.Secrets.Add(SecretText);
                });
                builder.Services.AddAuthentication().AddAgentToken();
            }));

    /// <summary>Starts one that publishes its keys under the address that it listens on.</summary>
    internal static Task<TestIssuer> StartPublishingAsync(
        Action<AgentTokenIssuerOptions>? configure = null, Action<IServiceCollection>? services = null, Action<WebApplication>? map = null,
        bool addSecret = true)
    {
        var port = FreePort.Find();
        return StartAsync(
            o =>
            {
                o.PublicOrigin = new Uri($"http://127.0.0.1:{port}");
                configure?.Invoke(o);
            },
            s =>
            {
                s.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, port));
                services?.Invoke(s);
            },
            app =>
            {
                app.MapAgentTokenKeys();
                map?.Invoke(app);
            },
            addSecret);
    }

    /// <summary>A valid body, not signed yet.</summary>
    internal static Dictionary<string, object?> Body() => new()
    {
        ["agent_id"] = "test-agent",
        ["purpose"] = "tests",
        ["scopes"] = new[] { "data.read" },
        ["timestamp"] = NewTimestamp(),
    };

    // No two bodies have the same, or one would be a replay of the other.
    private static long NewTimestamp()
    {
        while (true)
        {
            var last = Volatile.Read(ref s_lastTimestamp);
            var next = Math.Max(last + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            if (Interlocked.CompareExchange(ref s_lastTimestamp, next, last) == last) return next;
        }
    }

    /// <summary>The body with its signature, as it is sent.</summary>
    internal static string Signed(Dictionary<string, object?> body, string secret = SecretText)
    {
        using var key = SharedSecret.FromText(secret);
        var signed = new Dictionary<string, object?>(body) { ["signature"] = AtpSigner.Sign(AtpSigner.CanonicalBody(body), key) };
        return CanonicalJson.FromValue(signed);
    }

    internal Task<HttpResponseMessage> PostAsync(string path, string body, string contentType = "application/json") =>
        PostAsync(path, Encoding.UTF8.GetBytes(body), contentType);

    internal async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return await s_http.PostAsync(Uri(path), content);
    }

    internal Task<HttpResponseMessage> RequestTokenAsync(string body) => PostAsync("/v1/agent-tokens", body);

    /// <summary>A valid token for data.read. The test fails if the issuer grants none.</summary>
    internal async Task<string> TokenAsync()
    {
        using var response = await RequestTokenAsync(Signed(Body()));
        Assert.Equal(200, (int)response.StatusCode);
        return (await ReadAsync(response)).Text("token")!;
    }

    internal async Task<HttpResponseMessage> GetDataAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri("/data"));
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await s_http.SendAsync(request);
    }

    internal Task<HttpResponseMessage> GetAsync(string path) => s_http.GetAsync(Uri(path));

    internal static async Task<JsonObject> ReadAsync(HttpResponseMessage response) =>
        StrictJson.ParseObject(await response.Content.ReadAsByteArrayAsync());

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
