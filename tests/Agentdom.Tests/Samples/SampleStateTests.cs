using Agentdom.Tests.Support;

namespace Agentdom.Tests.Samples;

/// <summary>How the sample issuer reads ATP_STATE.</summary>
public sealed class SampleStateTests
{
    [Theory]
    [InlineData("postgres")]
    [InlineData("Memory")]
    [InlineData("sqlite")]
    [InlineData("sqlite:")]
    [InlineData("sqlite: ")]
    [InlineData("redis:")]
    [InlineData("redis:localhost")]
    [InlineData("redis:localhost:")]
    [InlineData("redis::6379")]
    [InlineData("redis:localhost:0")]
    [InlineData("redis:localhost:70000")]
    [InlineData("redis:localhost:6379,password=hunter2")]
    [InlineData("redis:me:hunter2@localhost:6379")]
    [InlineData("postgres:")]
    [InlineData("agents: ")]
    public async Task AnythingElseStopsItWithAdvice(string state)
    {
        var (exitCode, output, error) = await SampleIssuer.RunAsync(state);

        Assert.Equal(1, exitCode);
        Assert.Contains("ATP_STATE is memory, sqlite:PATH or redis:HOST:PORT", error);
        Assert.DoesNotContain("   at ", output + error);
        Assert.DoesNotContain("hunter2", output + error);
    }

    [Fact]
    public async Task AFileThatCannotBeOpenedStopsItAtStart()
    {
        var (exitCode, output, error) = await SampleIssuer.RunAsync("sqlite:/no/such/folder/state.db");

        Assert.Equal(1, exitCode);
        Assert.Contains("there is no folder", error);
        Assert.Contains("ATP_STATE", error);
        Assert.DoesNotContain("   at ", output + error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("memory")]
    public async Task MemoryIsTheDefault(string state)
    {
        using var issuer = await SampleIssuer.StartAsync(state);

        Assert.True(await issuer.IsValidAsync(await issuer.TokenAsync()));
    }
}
