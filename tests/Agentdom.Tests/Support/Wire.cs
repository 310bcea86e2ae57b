using System.Text;
using System.Text.Json;

namespace Agentdom.Tests.Support;

/// <summary>Plain HTTP without the project's own client, and checks for all refusals.</summary>
internal static class Wire
{
    internal static readonly HttpClient Http =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    /// <summary>Posts a body with the given content type, or with none; chunked if requested.</summary>
    internal static async Task<HttpResponseMessage> PostAsync(
        Uri uri, byte[] body, string? contentType, bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ByteArrayContent(body) };
        if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (chunked) request.Headers.TransferEncodingChunked = true;
        return await Http.SendAsync(request);
    }

    internal static Task<HttpResponseMessage> PostAsync(Uri uri, string json) =>
        PostAsync(uri, Encoding.UTF8.GetBytes(json), "application/json");

    /// <summary>The token that an issuer grants for a body.</summary>
    internal static async Task<string> TokenAsync(
        TestIssuer issuer, Dictionary<string, object?> body, string secret = TestIssuer.SecretText)
    {
        using var response = await issuer.RequestTokenAsync(TestIssuer.Signed(body, secret));
        Assert.Equal(200, (int)response.StatusCode);
        return (await JsonAsync(response)).GetProperty("token").GetString()!;
    }

    internal static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    /// <summary>Checks that the answer is exactly a refusal of protocol.md §5, without internal details.</summary>
    internal static async Task<JsonElement> AssertRefusedAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        var body = JsonDocument.Parse(text).RootElement;
        Assert.Equal((status, code), ((int)response.StatusCode, body.GetProperty("error").GetString()));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        string[] expected = ["error", "error_description"];
        if (code == "stale_timestamp") expected = [.. expected, "server_time"];
        Assert.Equal(expected, body.EnumerateObject().Select(p => p.Name).Order());
        Assert.NotEmpty(body.GetProperty("error_description").GetString()!);
        Assert.DoesNotContain(TestIssuer.SecretText, text);
        Assert.DoesNotContain("   at ", text);
        Assert.DoesNotContain("Exception", text);
        return body;
    }

    internal static JsonElement Header(string token) => Part(token, 0);

    internal static JsonElement Claims(string token) => Part(token, 1);

    internal static Task<HttpResponseMessage> VerifyAsync(TestIssuer issuer, string token) => issuer.PostAsync(
        "/v1/agent-tokens/verify", JsonSerializer.Serialize(new Dictionary<string, string> { ["token"] = token }));

    /// <summary>Asks for a token as RFC 7662 says.</summary>
    internal static Task<HttpResponseMessage> IntrospectAsync(TestIssuer issuer, string token, string path = "introspect") =>
        issuer.PostAsync($"/v1/agent-tokens/{path}", $"token={Uri.EscapeDataString(token)}", "application/x-www-form-urlencoded");

    internal static async Task<bool> IsValidAsync(TestIssuer issuer, string token) =>
        (await JsonAsync(await VerifyAsync(issuer, token))).GetProperty("valid").GetBoolean();

    /// <summary>Checks that the issuer reports the token as invalid, without a reason.</summary>
    internal static async Task AssertNotValidAsync(TestIssuer issuer, string token)
    {
        using var response = await VerifyAsync(issuer, token);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("""{"valid":false}""", await response.Content.ReadAsStringAsync());
    }

    internal static void AssertChallenge(HttpResponseMessage response, int status, string challenge)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(challenge, Assert.Single(response.Headers.WwwAuthenticate).ToString());
    }

    private static JsonElement Part(string token, int index) =>
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[index])).RootElement;
}
