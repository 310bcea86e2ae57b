using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Support;

/// <summary>An issuer for the audience "orders" that publishes its keys, and tokens that are signed with them by hand.</summary>
internal sealed class PublishingIssuer : IAsyncDisposable
{
    internal const string Audience = "orders";

    private readonly ReloadableSettings _settings = new();
    private readonly KeyPair _key;
    private TestIssuer _issuer = null!;

    private PublishingIssuer(KeyPair key) => _key = key;

    /// <summary>The address that is its name.</summary>
    internal string Address => $"http://{_issuer.Name}";

    internal static async Task<PublishingIssuer> StartAsync(KeyPair key)
    {
        var issuer = new PublishingIssuer(key);
        issuer.SetKeys(key);
        issuer._issuer = await TestIssuer.StartPublishingAsync(
            o => o.Audience = Audience, s => s.AddAgentTokenIssuer(issuer._settings.Section("AgentTokens")));
        return issuer;
    }

    internal Task<string> TokenAsync()
    {
        var body = TestIssuer.Body();
        body["aud"] = Audience;
        return Wire.TokenAsync(_issuer, body);
    }

    /// <summary>A token with some claims changed, signed with the issuer's key or with another one that it names.</summary>
    internal async Task<string> TokenAsync(Action<System.Text.Json.Nodes.JsonObject> change, KeyPair? key = null)
    {
        var token = await TokenAsync();
        var claims = JsonNode.Parse(ByHand.PayloadOf(token))!.AsObject();
        change(claims);
        return (key ?? _key).Token(ByHand.Header(token).GetRawText(), claims.ToJsonString());
    }

    /// <summary>Reloads its keys, newest first.</summary>
    internal void SetKeys(params KeyPair[] keys) =>
        _settings.Change([.. Enumerable.Range(0, 3).Select(i => ($"AgentTokens:SigningKeys:{i}", i < keys.Length ? keys[i].Pem : null))]);

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();
}
