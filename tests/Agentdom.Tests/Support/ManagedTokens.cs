using System.Text;
using System.Text.Json;

namespace Agentdom.Tests.Support;

/// <summary>Calls an issuer's endpoints for managed tokens over plain HTTP.</summary>
/// <param name="issuer">The issuer.</param>
/// <param name="key">The API key, or null for none.</param>
internal sealed class ManagedTokens(TestIssuer issuer, string? key)
{
    internal sealed record Managed(string Id, string Token, DateTimeOffset ExpiresAt, string[] Scopes);

    /// <param name="method">The method.</param>
    /// <param name="path">What follows the path of the endpoints.</param>
    /// <param name="body">The JSON, or null for no body and no content type.</param>
    internal async Task<HttpResponseMessage> SendAsync(string method, string path = "", string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), issuer.Uri("/v1/agent-tokens/managed" + path));
        if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Wire.Http.SendAsync(request);
    }

    internal async Task<Managed> IssueAsync(string body = """{"scopes":["data.read"],"ttl_seconds":600,"agent_id":"agentdom"}""") =>
        await ReadAsync(await SendAsync("POST", body: body));

    internal async Task<Managed> RotateAsync(string id) => await ReadAsync(await SendAsync("POST", $"/{id}/rotate"));

    internal async Task RevokeAsync(string id)
    {
        using var answer = await SendAsync("DELETE", $"/{id}");
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    internal async Task<JsonElement[]> ListAsync()
    {
        using var answer = await SendAsync("GET");
        Assert.Equal(200, (int)answer.StatusCode);
        return [.. (await Wire.JsonAsync(answer)).EnumerateArray()];
    }

    internal async Task<string[]> IdsAsync() => [.. (await ListAsync()).Select(static item => item.GetProperty("id").GetString()!)];

    /// <summary>Checks that the answer grants a token, in the form that the client reads.</summary>
    internal static async Task<Managed> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == 200, $"{(int)answer.StatusCode} {text}");
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        var json = JsonDocument.Parse(text).RootElement;
        Assert.Equal(
            ["agent_id", "expires_at", "id", "scopes", "token", "token_type"], json.EnumerateObject().Select(static p => p.Name).Order());
        Assert.Equal("Bearer", json.GetProperty("token_type").GetString());
        Assert.Matches("^[0-9a-f]{32}$", json.GetProperty("id").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", json.GetProperty("expires_at").GetString());
        return new Managed(
            json.GetProperty("id").GetString()!, json.GetProperty("token").GetString()!, json.GetProperty("expires_at").GetDateTimeOffset(),
            [.. json.GetProperty("scopes").EnumerateArray().Select(static scope => scope.GetString()!)]);
    }
}
