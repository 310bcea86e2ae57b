using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Support;

/// <summary>
/// Metadata, a key set and an introspection of a test's own, which calls every token active. The real issuer publishes nothing that is
/// wrong or strange, so it cannot serve here.
/// </summary>
internal sealed class PublishedDocuments : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _asked = new();
    private TestHost _host = null!;

    internal string Name => $"http://{_host.Name}";

    internal Uri MetadataAddress => _host.Uri(WatchedIssuer.Metadata);

    /// <summary>The metadata. By default it is correct.</summary>
    internal string? Metadata { get; set; }

    /// <summary>The members of the key set's list.</summary>
    internal string Keys { get; set; } = "";

    internal int Asked => _asked.Count;

    internal int AskedFor(string path) => _asked.Count(asked => asked == path);

    internal static async Task<PublishedDocuments> StartAsync(params KeyPair[] keys)
    {
        var documents = new PublishedDocuments { Keys = string.Join(',', keys.Select(static key => Jwk(key))) };
        documents._host = await TestHost.StartAsync(app =>
        {
            app.MapGet(WatchedIssuer.Metadata, () => documents.Answer(WatchedIssuer.Metadata, documents.Metadata ?? $$"""
                {
                  "issuer": "{{documents.Name}}", "jwks_uri": "{{documents.Name}}{{WatchedIssuer.Keys}}",
                  "introspection_endpoint": "{{documents.Name}}/introspect"
                }
                """));
            foreach (var path in new[] { "/keys", WatchedIssuer.Keys })
                app.MapGet(path, () => documents.Answer(path, $$"""{"keys":[{{documents.Keys}}]}"""));
            app.MapPost("/introspect", () => documents.Answer("/introspect", """{"active":true}"""));
        });
        return documents;
    }

    /// <summary>A key as it is published, with some members changed. Null removes one.</summary>
    internal static string Jwk(KeyPair key, params (string Name, string? Json)[] changes)
    {
        var jwk = System.Text.Json.Nodes.JsonNode.Parse(key.CanonicalJwk)!.AsObject();
        (jwk["kid"], jwk["alg"], jwk["use"]) = (key.KeyId, key.Algorithm, "sig");
        foreach (var (name, json) in changes)
        {
            jwk.Remove(name);
            if (json is not null) jwk[name] = System.Text.Json.Nodes.JsonNode.Parse(json);
        }
        return jwk.ToJsonString();
    }

    /// <summary>Lets an API find them at any https address, as if they were there.</summary>
    internal static void Redirect(WebApplicationBuilder builder, PublishedDocuments documents) =>
        builder.Services.ConfigureHttpClientDefaults(client => client.AddHttpMessageHandler(() => new Redirecting(documents.Name)));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private IResult Answer(string path, string text)
    {
        _asked.Enqueue(path);
        return Results.Text(text, "application/json");
    }

    private sealed class Redirecting(string name) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            request.RequestUri = new Uri(name + request.RequestUri!.AbsolutePath);
            return base.SendAsync(request, cancel);
        }
    }
}
