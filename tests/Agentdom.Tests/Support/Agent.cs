namespace Agentdom.Tests.Support;

/// <summary>Our client, with valid defaults for everything that a test does not care about.</summary>
internal sealed class Agent : IDisposable
{
    private readonly AtpClient _client;

    internal Agent(TimeProvider? time = null) => _client = time is null ? new AtpClient() : new AtpClient(time);

    internal static TokenRequest Request { get; } = RequestOf();

    internal static TokenRequest RequestOf(string agentId = "test-agent", string[]? scopes = null, string purpose = "tests") =>
        new(agentId, scopes ?? ["data.read"], purpose);

    internal async Task<AgentdomManifest> DiscoverAsync(string host, bool fresh = false, params string[] trusted)
    {
        using var deadline = Ample();
        return await _client.GetManifestAsync(AtpHost.Parse(host), trusted, deadline, fresh);
    }

    /// <summary>Requests a token from the endpoint in the host's manifest.</summary>
    internal async Task<StoredToken> AcquireAsync(string host, TokenRequest? request = null)
    {
        using var deadline = Ample();
        using var secret = Secret();
        return await new TokenAcquisition { Host = AtpHost.Parse(host), Request = request ?? Request }
            .RunAsync(_client, secret, deadline);
    }

    /// <summary>Requests a token from a known endpoint.</summary>
    internal async Task<TokenGrant> AskAsync(Uri endpoint, Deadline? deadline = null)
    {
        using var ample = Ample();
        using var secret = Secret();
        var manifest = AgentdomManifest.ForEndpoint(AtpHost.Parse(endpoint.Authority), endpoint);
        return await _client.RequestTokenAsync(manifest, Request, secret, deadline ?? ample);
    }

    internal async Task<TokenVerdict> VerifyAsync(Uri endpoint, string token = ScriptedIssuer.Token)
    {
        using var deadline = Ample();
        return await _client.VerifyAsync(endpoint, token, deadline);
    }

    internal async Task RevokeAsync(Uri endpoint, string token = ScriptedIssuer.Token)
    {
        using var deadline = Ample();
        await _client.RevokeAsync(endpoint, token, deadline);
    }

    /// <summary>Checks that an operation fails with the expected error, whose message has no control characters and no secret.</summary>
    internal static async Task<AtpException> FailsAsync(AtpError expected, Func<Task> operation)
    {
        var error = await Assert.ThrowsAsync<AtpException>(operation);
        Assert.True(expected == error.Error, $"{error.Error} instead of {expected}: {error.Message}");
        Assert.NotEmpty(error.Advice);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.DoesNotContain(TestIssuer.SecretText, error.Message);
        return error;
    }

    public void Dispose() => _client.Dispose();

    private static Deadline Ample() => new(TimeSpan.FromMinutes(2));

    private static SharedSecret Secret() => SharedSecret.FromText(TestIssuer.SecretText);
}
