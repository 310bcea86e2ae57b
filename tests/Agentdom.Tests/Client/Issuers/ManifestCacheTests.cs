using Agentdom.Tests.Support;

namespace Agentdom.Tests.Client;

public sealed class ManifestCacheTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Agent _agent;

    public ManifestCacheTests() => _agent = new Agent(_time);

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData(null, 300)]
    [InlineData("public", 300)]
    [InlineData("public, max-age=60", 60)]
    [InlineData("max-age=999999999", 86400)]
    public async Task AManifestIsKeptForAsLongAsItsHostAllows(string? control, double seconds)
    {
        await using var host = await StartAsync(control);
        await _agent.DiscoverAsync(host.Name);
        _time.Advance(seconds - 0.001);
        await _agent.DiscoverAsync(host.Name);
        Assert.Equal(1, host.ManifestHits);

        _time.Advance(0.001);
        await _agent.DiscoverAsync(host.Name);
        Assert.Equal(2, host.ManifestHits);
    }

    [Theory]
    [InlineData("max-age=0")]
    [InlineData("no-store")]
    [InlineData("no-cache")]
    [InlineData("no-store, max-age=60")]
    public async Task AManifestThatMayNotBeKeptIsAskedForEachTime(string control)
    {
        await using var host = await StartAsync(control);
        await _agent.DiscoverAsync(host.Name);
        await _agent.DiscoverAsync(host.Name);

        Assert.Equal(2, host.ManifestHits);
    }

    [Fact]
    public async Task AFreshManifestIsAskedForAndThenKept()
    {
        await using var host = await StartAsync("max-age=60");
        await _agent.DiscoverAsync(host.Name);
        await _agent.DiscoverAsync(host.Name, fresh: true);
        Assert.Equal(2, host.ManifestHits);

        await _agent.DiscoverAsync(host.Name);
        Assert.Equal(2, host.ManifestHits);
    }

    [Fact]
    public async Task EachHostHasItsOwn()
    {
        await using var first = await StartAsync("max-age=60");
        await using var second = await StartAsync("max-age=60");

        Assert.Equal(first.Endpoint, (await _agent.DiscoverAsync(first.Name)).TokenEndpoint);
        Assert.Equal(second.Endpoint, (await _agent.DiscoverAsync(second.Name)).TokenEndpoint);
    }

    [Fact]
    public async Task ABadManifestIsNotKept()
    {
        var isValid = false;
        await using var host = await ScriptedIssuer.StartAsync(
            context => Answers.Json(
                200, isValid ? ScriptedIssuer.ManifestOf(context.Request.Host.Value!) : "{}")(context),
            []);
        await Agent.FailsAsync(AtpError.ManifestInvalid, () => _agent.DiscoverAsync(host.Name));

        isValid = true;
        Assert.Equal(host.Endpoint, (await _agent.DiscoverAsync(host.Name)).TokenEndpoint);
    }

    private static Task<ScriptedIssuer> StartAsync(string? control) => ScriptedIssuer.StartAsync(
        context =>
        {
            if (control is not null) context.Response.Headers.CacheControl = control;
            return Answers.Json(200, ScriptedIssuer.ManifestOf(context.Request.Host.Value!))(context);
        },
        []);
}
