using System.Collections.Concurrent;
using Agentdom.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Support;

/// <summary>An issuer that signs with an asymmetric key and publishes it. It counts what it is asked, and can be taken away.</summary>
internal sealed class WatchedIssuer : IAsyncDisposable
{
    internal const string Metadata = "/.well-known/oauth-authorization-server";
    internal const string Keys = "/.well-known/jwks.json";
    internal const string Introspection = "/v1/agent-tokens/introspect";

    private readonly ReloadableSettings _settings = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private TestIssuer _issuer = null!;

    /// <summary>The key that signs.</summary>
    internal KeyPair Key { get; private set; } = KeyPair.Ec();

    /// <summary>Whether it closes every connection without an answer.</summary>
    internal bool IsDown { get; set; }

    /// <summary>The status with which introspection answers, or null for a true answer.</summary>
    internal int? IntrospectionStatus { get; set; }

    /// <summary>What introspection answers with such a status as <c>Retry-After</c>, or null.</summary>
    internal string? IntrospectionRetryAfter { get; set; }

    /// <summary>The status with which the metadata is answered, or null for a true answer.</summary>
    internal int? MetadataStatus { get; set; }

    /// <summary>Runs before a question is answered.</summary>
    internal Func<Task>? Before { get; set; }

    /// <summary>The issuer as agents see it. What they ask is not counted.</summary>
    internal TestIssuer Agents => _issuer;

    internal string Name => $"http://{_issuer.Name}";

    internal int AskedFor(string path) => _asked.Count(asked => asked == path);

    internal int Asked => _asked.Count;

    internal static Task<WatchedIssuer> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(null, settings);

    internal static async Task<WatchedIssuer> StartAsync(
        Action<AgentTokenIssuerOptions>? configure, params (string Key, string? Value)[] settings)
    {
        var issuer = new WatchedIssuer();
        issuer._settings.Change([("AgentTokens:SigningKeys:0", issuer.Key.Pem), .. settings]);
        issuer._issuer = await TestIssuer.StartPublishingAsync(
            configure,
            services: services => services.AddAgentTokenIssuer(issuer._settings.Section("AgentTokens")),
            map: app => app.Use(issuer.AnswerAsync));
        return issuer;
    }

    /// <summary>Signs with a new key from now on. Tokens of the old one are valid only if it is kept.</summary>
    internal void Rotate(bool keepsOld)
    {
        var old = Key;
        Key = KeyPair.Ec();
        _settings.Change(("AgentTokens:SigningKeys:0", Key.Pem), ("AgentTokens:SigningKeys:1", keepsOld ? old.Pem : null));
    }

    /// <summary>Changes its settings.</summary>
    internal void Set(params (string Key, string? Value)[] settings) => _settings.Change(settings);

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value!;
        // What an agent asks is not counted.
        var isResource = path != "/v1/agent-tokens" && path != "/v1/agent-tokens/revoke";
        if (isResource) _asked.Enqueue(path);
        if (isResource && IsDown)
        {
            context.Abort();
            return;
        }
        if (isResource && Before is { } before) await before();
        if (path == Introspection && IntrospectionStatus is { } status)
        {
            context.Response.StatusCode = status;
            if (IntrospectionRetryAfter is { } wait) context.Response.Headers.RetryAfter = wait;
        }
        else if (path == Metadata && MetadataStatus is { } failure)
        {
            context.Response.StatusCode = failure;
        }
        else
        {
            await next(context);
        }
    }
}
