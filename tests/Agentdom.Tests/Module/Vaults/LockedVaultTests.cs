using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>
/// What is said of a vault that stays locked. SecretStore throws the same error for a wrong password as for none. The prompt itself needs
/// a terminal, which a test does not have, so the message is asked for directly.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class LockedVaultTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void AfterAPromptThePasswordWasWrong()
    {
        var message = MessageIf("$true");

        Assert.Contains("'store' was not unlocked: wrong password", message);
        Assert.DoesNotContain("cannot ask", message);
    }

    [Fact]
    public void WithoutAPromptNobodyCouldBeAsked()
    {
        var message = MessageIf("$false");

        Assert.Contains("cannot ask for its password", message);
        Assert.DoesNotContain("wrong", message);
    }

    private string MessageIf(string couldAsk) => _engine.Run($$"""
        $null = Get-AgentId
        $type = [Agentdom.AtpToken].Assembly.GetType('Agentdom.Vaults.SecretManagement')
        $method = $type.GetMethod('Locked', [Reflection.BindingFlags] 'NonPublic, Static', $null, @([string], [Exception], [bool]), $null)
        $method.Invoke($null, @('store', $null, {{couldAsk}})).Message
        """).Single<string>();
}
