using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>What the job gets of the session's environment.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class JobEnvironmentTests
{
    [Fact]
    public void ProxiesAreSetInTheScriptAsTheyAreSpelt()
    {
        using var upper = new EnvironmentVariable("HTTPS_PROXY", "http://proxy:3128");
        using var lower = new EnvironmentVariable("no_proxy", "localhost,it's.example");
        using var unset = new EnvironmentVariable("ALL_PROXY", null);

        var script = new RefreshScript("m", "v", RefreshJob.DefaultInterval);

        Assert.Contains("$env:HTTPS_PROXY = 'http://proxy:3128'\n", script.ForScheduler());
        Assert.Contains("$env:no_proxy = 'localhost,it''s.example'\n", script.ForScheduler());
        Assert.DoesNotContain("ALL_PROXY", script.ForScheduler());
        Assert.DoesNotContain("PROXY", script.ForRunspace());
    }

    [Fact]
    public void CertificateAuthoritiesAreSetBeforeTheProcessStarts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has its own store.");
        using var file = new EnvironmentVariable("SSL_CERT_FILE", "ca.pem");
        using var folders = new EnvironmentVariable("SSL_CERT_DIR", "/etc/certs:more");

        Assert.Equal(
            ["/usr/bin/env", $"SSL_CERT_FILE={Path.GetFullPath("ca.pem")}", $"SSL_CERT_DIR=/etc/certs:{Path.GetFullPath("more")}", "pwsh"],
            JobEnvironment.WithAuthorities(["pwsh"]));
    }

    [Fact]
    public void NothingIsAddedToTheCommandWithoutThem()
    {
        using var file = new EnvironmentVariable("SSL_CERT_FILE", null);
        using var folders = new EnvironmentVariable("SSL_CERT_DIR", null);

        Assert.Equal(["pwsh"], JobEnvironment.WithAuthorities(["pwsh"]));
    }

    [Theory]
    [InlineData("HTTPS_PROXY", "http://user:hunter2@proxy:3128")]
    [InlineData("all_proxy", "hunter2@proxy:3128")]
    public void AProxyWithAPasswordIsRefusedWithoutRepeatingIt(string name, string value)
    {
        using var proxy = new EnvironmentVariable(name, value);

        var refusal = Assert.Throws<AtpException>(JobEnvironment.RequireNoPassword);

        Assert.Equal(AtpError.JobWouldFail, refusal.Error);
        Assert.Contains(name, refusal.Message);
        Assert.DoesNotContain("hunter2", refusal.ToString());
    }

    [Fact]
    public void AProgramOrAFileThatIsGoneIsNamed()
    {
        var here = Environment.ProcessPath!;
        Assert.Null(CommandText.WhyNotRun(["/usr/bin/env", "SSL_CERT_FILE=/none/ca.pem", here, "-NoProfile", "-File", here]));
        Assert.StartsWith("/none/pwsh is gone.", CommandText.WhyNotRun(["/none/pwsh", "-NoProfile", "-File", here]));
        Assert.StartsWith("/none/refresh.ps1 is gone.", CommandText.WhyNotRun([here, "-NoProfile", "-File", "/none/refresh.ps1"]));
    }
}
