using System.IO.Compression;
using System.Text;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Agentdom.Tests.Client;

/// <summary>Answers that a server or a proxy compresses although nothing was asked for.</summary>
public sealed class CompressionTests : IDisposable
{
    private const string Grant = """{"token":"t","expires_in":90}""";

    private readonly Agent _agent = new(new HastyTime());

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("GZIP", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("deflate", "zlib")]
    [InlineData("deflate", "bare")]
    [InlineData("br", "br")]
    [InlineData("identity", "none")]
    [InlineData("", "none")]
    public async Task ItIsDecompressed(string encoding, string form)
    {
        string? accepted = null;
        await using var host = await ScriptedIssuer.StartAsync(context =>
        {
            accepted = context.Request.Headers.AcceptEncoding;
            return Sending(200, encoding, Compressed(form, Grant))(context);
        });

        Assert.Equal(90, (await _agent.AskAsync(host.Endpoint)).ExpiresIn);
        Assert.Null(accepted);
    }

    [Fact]
    public async Task AManifestAndARefusalAreDecompressedToo()
    {
        await using var host = await ScriptedIssuer.StartAsync(
            context => Sending(200, "gzip", Compressed("gzip", ScriptedIssuer.ManifestOf(context.Request.Host.Value!)))(context),
            [Sending(403, "gzip", Compressed("gzip", """{"error":"invalid_scope","error_description":"Not you."}"""))]);

        var error = await Agent.FailsAsync(AtpError.ScopeDenied, () => _agent.AcquireAsync(host.Name));
        Assert.Contains("Not you", error.Message);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("deflate", "zlib")]
    [InlineData("br", "br")]
    public async Task TheLimitIsForWhatItBecomes(string encoding, string form)
    {
        var bomb = Compressed(form, Grant + new string(' ', 16 * 1024 * 1024));
        Assert.True(bomb.Length < 64 * 1024, "What is sent must be within the limit.");
        await using var host = await ScriptedIssuer.StartAsync(Sending(200, encoding, bomb));

        await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        Assert.Single(host.Posts);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("gzip, gzip")]
    public async Task WhatCannotBeDecompressedIsAnError(string encoding)
    {
        await using var host = await ScriptedIssuer.StartAsync(Sending(200, encoding, Encoding.UTF8.GetBytes(Grant)));

        var error = await Agent.FailsAsync(AtpError.AnswerInvalid, () => _agent.AskAsync(host.Endpoint));
        Assert.Contains($"Content-Encoding: {encoding.Split(',')[0]}", error.Message);
        Assert.Single(host.Posts);
    }

    private static RequestDelegate Sending(int status, string encoding, byte[] body) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (encoding.Length > 0) context.Response.Headers.ContentEncoding = encoding;
        await context.Response.Body.WriteAsync(body);
    };

    private static byte[] Compressed(string form, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var result = new MemoryStream();
        Stream? packing = form switch
        {
            "gzip" => new GZipStream(result, CompressionLevel.Optimal, leaveOpen: true),
            "zlib" => new ZLibStream(result, CompressionLevel.Optimal, leaveOpen: true),
            "bare" => new DeflateStream(result, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(result, CompressionLevel.Optimal, leaveOpen: true),
            _ => null,
        };
        if (packing is null) return bytes;
        using (packing) packing.Write(bytes);
        return result.ToArray();
    }
}
