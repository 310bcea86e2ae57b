using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Support;

/// <summary>A host on Kestrel with scripted answers, which records the requests.</summary>
internal sealed class ScriptedIssuer : IAsyncDisposable
{
    internal const string Token = "token-of-the-scripted-issuer";

    private readonly ConcurrentQueue<Post> _posts = new();
    private readonly RequestDelegate[] _answers;
    private TestHost _host = null!;
    private int _manifestHits;

    private ScriptedIssuer(RequestDelegate[] answers) => _answers = answers;

    internal sealed record Post(string Path, string? ContentType, string Body)
    {
        internal JsonObject Json => StrictJson.ParseObject(Body);

        internal long Timestamp => Json.Integer("timestamp")!.Value;

        internal string Signature => Json.Text("signature")!;
    }

    internal string Name => _host.Name;

    internal Uri Endpoint => _host.Uri("/v1/agent-tokens");

    internal IReadOnlyList<Post> Posts => [.. _posts];

    internal int ManifestHits => Volatile.Read(ref _manifestHits);

    /// <summary>The first post gets the first answer, and so on; the last answer repeats.</summary>
    internal static Task<ScriptedIssuer> StartAsync(params RequestDelegate[] answers) =>
        StartAsync(context => Answers.Json(200, ManifestOf(context.Request.Host.Value!))(context), answers);

    internal static async Task<ScriptedIssuer> StartAsync(RequestDelegate manifest, RequestDelegate[] answers)
    {
        var issuer = new ScriptedIssuer(answers);
        issuer._host = await TestHost.StartAsync(app =>
        {
            app.MapGet("/.well-known/agentdom.json", context =>
            {
                Interlocked.Increment(ref issuer._manifestHits);
                return manifest(context);
            });
            app.MapPost("/{**path}", issuer.AnswerAsync);
        });
        return issuer;
    }

    /// <summary>A valid manifest, optionally with more members in its <c>auth</c>.</summary>
    internal static string ManifestOf(string host, string more = "") =>
        $"{{\"auth\":{{\"method\":\"agent_token\",\"agent_token_endpoint\":\"http://{host}/v1/agent-tokens\"{more}}}}}";

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        _posts.Enqueue(new Post(context.Request.Path, context.Request.ContentType, body));
        await _answers[Math.Min(_posts.Count, _answers.Length) - 1](context);
    }
}

/// <summary>Answers for scripted hosts.</summary>
internal static class Answers
{
    internal static RequestDelegate Grant => Json(200, $$"""{"token":"{{ScriptedIssuer.Token}}"}""");

    internal static RequestDelegate Json(int status, string body, params (string Name, string Value)[] headers) =>
        Text(status, "application/json", body, headers);

    internal static RequestDelegate Text(
        int status, string contentType, string body, params (string Name, string Value)[] headers) => async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            foreach (var (name, value) in headers) context.Response.Headers[name] = value;
            await context.Response.WriteAsync(body);
        };

    internal static RequestDelegate Error(int status, string code, params (string Name, string Value)[] headers) =>
        Json(status, $$"""{"error":"{{code}}","error_description":"Said the issuer."}""", headers);

    /// <summary>Sends until the agent disconnects.</summary>
    internal static async Task Endless(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        var chunk = new byte[8192];
        Array.Fill(chunk, (byte)' ');
        while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(chunk);
    }
}
