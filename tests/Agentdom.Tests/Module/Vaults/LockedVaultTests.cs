using Agentdom.Vaults;

namespace Agentdom.Tests.Module;

/// <summary>
/// What is said of a vault that stays locked. SecretStore throws the same error for a wrong password as for none. The prompt itself needs
/// a terminal, which a test does not have.
/// </summary>
public sealed class LockedVaultTests
{
    [Fact]
    public void AfterAPromptThePasswordWasWrong()
    {
        var error = SecretManagement.Locked("store", null, couldAsk: true);

        Assert.Equal(AtpError.VaultLocked, error.Error);
        Assert.Contains("wrong password", error.Happened);
        Assert.DoesNotContain("cannot ask", error.Message);
    }

    [Fact]
    public void WithoutAPromptNobodyCouldBeAsked()
    {
        var error = SecretManagement.Locked("store", null, couldAsk: false);

        Assert.Equal(AtpError.VaultLocked, error.Error);
        Assert.Contains("cannot ask for its password", error.Happened);
        Assert.DoesNotContain("wrong", error.Message);
    }
}
