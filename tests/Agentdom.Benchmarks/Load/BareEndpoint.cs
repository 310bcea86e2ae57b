using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Benchmarks.Load;

/// <summary>
/// ASP.NET Core without an issuer: it reads the body and answers a fixed text of a token's size. It checks, stores and logs nothing,
/// so its time is the part of an issuer's that belongs to the server.
/// </summary>
internal static class BareEndpoint
{
    // About the length of the sample issuer's answer.
    private const int AnswerBytes = 750;

    internal static Task RunAsync(string[] args)
    {
        var answer = new byte[AnswerBytes];
        answer.AsSpan().Fill((byte)'x');
        var app = WebApplication.CreateBuilder(args).Build();
        app.MapPost("/v1/agent-tokens", async (HttpContext http) =>
        {
            var body = new byte[(int)http.Request.ContentLength!.Value];
            await http.Request.Body.ReadExactlyAsync(body, http.RequestAborted);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer, http.RequestAborted);
        });
        return app.RunAsync();
    }
}
