using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>Several agents that share a vault.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class AgentTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        Environment.SetEnvironmentVariable("AGENTDOM_AGENT_ID", null);
        _engine.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public void EachUsesRenewsAndRevokesItsOwnTokenOnly()
    {
        var one = As("one", "Request-AtpToken $h data.read; Get-AtpToken $h -AsPlainText").Output[^1].ToString()!;
        var two = As("two", "Request-AtpToken $h data.read; Get-AtpToken $h -AsPlainText").Output[^1].ToString()!;
        Assert.NotEqual(one, two);

        Assert.Equal(one, As("one", "Get-AtpToken $h -AsPlainText").Single<string>());
        Assert.Equal("one", As("one", "(Get-AtpToken).AgentId").Single<string>());
        Assert.Equal("two", As("two", "(Update-AtpToken -All -Force).AgentId").Single<string>());
        Assert.Equal(one, As("one", "Get-AtpToken $h -AsPlainText").Single<string>());
        Assert.Single(As("two", "Test-AtpToken $h").Output);

        As("one", "Revoke-AtpToken $h");
        Assert.True(As("two", "Test-AtpToken $h -Quiet").Single<bool>());
        Assert.False(As("one", "Test-AtpToken $h -Quiet").Single<bool>());
    }

    [Fact]
    public void AnotherAgentsTokenIsUsedOnlyIfItIsAskedFor()
    {
        As("one", "Request-AtpToken $h data.read; Request-AtpToken $h data.write -AgentId three");

        var error = As("two", "Get-AtpToken $h data.read");
        Assert.Equal("AtpTokenNotFound", error.ErrorId);
        Assert.Contains("Another agent has one: one.", error.AllText);
        Assert.Contains("Use -AgentId one.", error.AllText);
        Assert.Equal("AtpTokenNotFound", As("two", "Revoke-AtpToken $h").ErrorId);
        Assert.Equal("AtpTokenNotFound", As("two", "Update-AtpToken $h -Force").ErrorId);
        Assert.Equal("AtpTokenNotFound", As("two", "Test-AtpToken $h").ErrorId);

        Assert.Equal("one", As("two", "(Get-AtpToken $h -AgentId one).AgentId").Single<string>());
        Assert.Equal("three", As("two", "(Update-AtpToken $h -AgentId three -Force).AgentId").Single<string>());
        Assert.Equal(["one", "three"], As("two", "(Get-AtpToken -AgentId *).AgentId").Output.Select(o => o.ToString()));
        Assert.Equal(2, As("two", "Get-AtpToken -AgentId * | Update-AtpToken -Force").Output.Count);
        Assert.Equal(2, As("two", "Get-AtpToken -AgentId * | Test-AtpToken").Output.Count);
        Assert.Equal(2, As("two", "Get-AtpToken -AgentId * | Revoke-AtpToken").Output.Count);
        Assert.Empty(As("two", "Get-AtpToken -AgentId *").Output);
    }

    [Fact]
    public void TheTokenOfOneOfSeveralAgentsIsChosenByItsAgent()
    {
        As("one", "Request-AtpToken $h data.read");
        As("two", "Request-AtpToken $h data.read");

        var error = As("three", "Get-AtpToken $h data.read -AgentId *");
        Assert.Equal("AtpTokenAmbiguous", error.ErrorId);
        Assert.Contains("(agent one)", error.AllText);
        Assert.Contains("(agent two)", error.AllText);
    }

    [Fact]
    public void TabOffersTheHostsOfTheChosenAgentAndTheAgents()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_VAULT_KEY", new string('k', 32));
        try
        {
            As("one", "Request-AtpToken $h data.read");
            Assert.Empty(Complete("Get-AtpToken 127"));
            Assert.Equal([_issuer.Name], Complete("Get-AtpToken -AgentId one -HostName 127"));
            Assert.Equal([_issuer.Name], Complete("Get-AtpToken -AgentId * -HostName 127"));
            Assert.Equal(["one"], Complete($"Get-AtpToken {_issuer.Name} -AgentId o"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("AGENTDOM_VAULT_KEY", null);
        }
    }

    private IEnumerable<string> Complete(string line) =>
        As("two", "(TabExpansion2 $line $line.Length).CompletionMatches.CompletionText", ("line", line))
            .Output.Where(static o => o is not null).Select(static o => o.ToString());

    private Engine.Result As(string agent, string script, params (string, object?)[] variables)
    {
        Environment.SetEnvironmentVariable("AGENTDOM_AGENT_ID", agent);
        return _engine.Run(script, [("h", _issuer.Name), .. variables]);
    }
}
