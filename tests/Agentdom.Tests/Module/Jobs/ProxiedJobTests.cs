using System.Diagnostics;
using System.Net;
using Agentdom.TestSupport;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Module;

/// <summary>
/// The job in a crontab if its host is only reached through a proxy and has a certificate of a private authority. A real pwsh
/// registers it, and what cron would run is run with cron's environment.
/// </summary>
[Collection(PowerShellCollection.Name)]
public sealed class ProxiedJobTests : IDisposable
{
    private const string Host = "issuer.test";
    private const string LastRun =
        "Get-AtpRefreshJob | ForEach-Object { \"$($_.LastOutcome) $($_.LastRenewed) $($_.LastErrors.ErrorId)\" }";

    private readonly string _folder = TestPaths.NewFolder();
    private readonly IDisposable _turn;

    public ProxiedJobTests()
    {
        Assert.SkipUnless(ProcessRunner.Find("crontab") is not null, "crontab is not here.");
        _turn = CrontabTurn.Take();
    }

    public void Dispose()
    {
        _turn.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task ItRenewsInABareEnvironmentAndSaysWhyItDoesNotWithoutTheProxy()
    {
        using var crontab = new EmptyCrontab();
        await using var issuer = await StartIssuerAsync();
        var proxy = new ConnectProxy(issuer.Uri("/").Port);
        var registered = Pwsh(proxy, $"""
            $secret = ConvertTo-SecureString '{TestIssuer.SecretText}' -AsPlainText -Force
            Set-AtpSecret {Host} $secret
            $null = Request-AtpToken {Host} data.read
            $null = Request-AtpToken {Host} data.write -Endpoint https://{Host}/v1/agent-tokens
            Register-AtpRefreshJob -Scheduler Cron -Interval 00:01:00 | ForEach-Object Scheduler
            """);
        Assert.Equal("Cron", registered);
        var command = EmptyCrontab.Command();
        var asked = proxy.Requests.Count;

        Assert.Equal((0, ""), await RunAsCronAsync(command));

        Assert.True(proxy.Requests.Count > asked);
        Assert.All(proxy.Requests, static request => Assert.StartsWith($"CONNECT {Host}:443 ", request));
        Assert.Equal("Succeeded 2 ", Pwsh(proxy, LastRun));

        await proxy.DisposeAsync();
        using var gone = new ClosedPort(proxy.Port);
        var (exitCode, said) = await RunAsCronAsync(command);

        Assert.Equal(1, exitCode);
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, static line => Assert.StartsWith($"Agentdom: {Host} (data.", line));
        Assert.DoesNotContain(TestIssuer.SecretText, said);
        Assert.Equal("Failed 0 AtpProxyRefused AtpProxyRefused", Pwsh(proxy, LastRun));

        var refused = Pwsh(proxy, "try { Register-AtpRefreshJob -Scheduler Cron -WarningAction Ignore } catch { \"$_\" }");
        Assert.Contains($"The proxy 127.0.0.1:{proxy.Port}", refused);
        Assert.Contains("-SkipHostCheck", refused);
        Assert.Equal("Cron", Pwsh(proxy,
            "Register-AtpRefreshJob -Scheduler Cron -SkipHostCheck -WarningAction Ignore | ForEach-Object Scheduler"));
    }

    private async Task<TestHost> StartIssuerAsync()
    {
        using var authority = new ThrowawayAuthority(_folder);
        var certificate = authority.CertificateFor(Host);
        return await TestHost.StartAsync(
            app =>
            {
                app.MapAgentTokens("/v1/agent-tokens");
                app.MapAgentdomManifest();
            },
            builder =>
            {
                builder.Services.AddAgentTokenIssuer(o =>
                {
                    o.Secrets.Add(TestIssuer.SecretText);
                    o.Scopes.Add("data.read");
                    o.Scopes.Add("data.write");
                    o.TokenLifetime = TimeSpan.FromMinutes(1);
                });
                builder.WebHost.UseKestrelHttpsConfiguration();
                builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
            });
    }

    private string Pwsh(ConnectProxy proxy, string script)
    {
        var start = Start("dotnet", TestPaths.Pwsh, "-NoProfile", "-NonInteractive", "-Command",
            $"$WarningPreference = 'SilentlyContinue'; Import-Module '{TestPaths.ModuleManifest}'; {script}");
        foreach (var (name, value) in new[]
        {
            ("HTTPS_PROXY", proxy.Address), ("SSL_CERT_FILE", Path.Combine(_folder, "ca.pem")), ("HOME", _folder),
            ("AGENTDOM_HOME", Path.Combine(_folder, "agentdom")), ("NO_COLOR", "1"), ("POWERSHELL_TELEMETRY_OPTOUT", "1"),
        })
        {
            start.Environment[name] = value;
        }
        var (_, said) = RunAsync(start).GetAwaiter().GetResult();
        return said.TrimEnd('\n');
    }

    private Task<(int ExitCode, string Said)> RunAsCronAsync(string command)
    {
        var start = Start("/bin/sh", "-c", command);
        start.Environment.Clear();
        foreach (var (name, value) in new[] { ("HOME", _folder), ("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh") })
            start.Environment[name] = value;
        return RunAsync(start);
    }

    private static ProcessStartInfo Start(string program, params string[] arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static async Task<(int ExitCode, string Said)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    /// <summary>No crontab, until the user's own is restored.</summary>
    private sealed class EmptyCrontab : IDisposable
    {
        private readonly byte[]? _before = SchedulerTool.Run("crontab", ["-l"]) is { ExitCode: 0 } listed ? listed.Output : null;

        internal EmptyCrontab() => SchedulerTool.Run("crontab", ["-r"]);

        /// <summary>The job's command as cron passes it to the shell.</summary>
        internal static string Command()
        {
            var listed = SchedulerTool.Require("crontab", ["-l"]).OutputText;
            return CrontabText.Find(listed, DateTime.Now)!.Value.Job.Text.Replace("\\%", "%");
        }

        public void Dispose()
        {
            if (_before is null) SchedulerTool.Run("crontab", ["-r"]);
            else SchedulerTool.Require("crontab", ["-"], _before);
        }
    }
}
