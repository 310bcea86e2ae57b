using System.Diagnostics;
using System.Globalization;
using Agentdom.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Agentdom.Tests.Faults;

/// <summary>Agents that are suspended, as by a laptop's lid or a debugger, while others continue.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class SuspendedProcessTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private readonly (string, string?) _home = (AgentdomHome.Variable, Environment.GetEnvironmentVariable(AgentdomHome.Variable));
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows suspends no process by a signal.");
        _issuer = await TestIssuer.StartAsync(map: app => app.Use(async (context, next) =>
        {
            if (context.Request.Path == "/v1/agent-tokens")
            {
                _asked.TrySetResult();
                await _open.Task;
            }
            await next(context);
        }));
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", TestIssuer.SecretText);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", null);
        _engine.Dispose();
        _open.TrySetResult();
        if (_issuer is not null) await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task AProcessSuspendedDuringARenewalBlocksNoOtherAndCompletesLater()
    {
        var host = _issuer.Name;
        StoredTokens.Save(StoredTokens.Make(host, TimeSpan.FromMinutes(1)));
        using var renewing = ChildEngine.Start($"Get-AtpToken {host} -MinimumValidity 00:10 -AsPlainText",
            _home, ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText));
        try
        {
            await _asked.Task;
            Signal(renewing, "STOP");

            // Still valid, so it is returned at once although a suspended process holds its lock.
            var given = Run("Get-AtpToken $h -AsPlainText");
            Assert.Equal("the.old.token", given.Single<string>());
            Assert.Empty(given.Errors);
            // The token is not valid for long enough, so the call fails within its timeout.
            var refused = Run("Get-AtpToken $h -MinimumValidity 00:10 -TimeoutSec 1");
            Assert.Equal("AtpTimedOut", refused.ErrorId);
            Assert.Contains("look for a process that hangs", refused.Errors[0].Exception.Message);
            Assert.Equal("AtpTimedOut", Run("Revoke-AtpToken $h -TimeoutSec 1").ErrorId);
            // The lock does not block other tokens or the vault itself.
            _open.SetResult();
            Assert.Single(Run("Request-AtpToken $h data.write").Output);
        }
        finally
        {
            Signal(renewing, "CONT");
        }

        var renewed = (await renewing.StandardOutput.ReadToEndAsync()).Trim();
        await renewing.WaitForExitAsync();
        Assert.Equal(0, renewing.ExitCode);
        Assert.True(await Wire.IsValidAsync(_issuer, renewed));
        Assert.Equal(renewed, Run("Get-AtpToken $h data.read -AsPlainText").Single<string>());
        Assert.Equal(2, new TokenStore(new FileVault(), static e => throw e).All().Count);
    }

    [Fact]
    public async Task AProcessSuspendedDuringAWriteLeavesTheVaultReadable()
    {
        const int Writes = 400;
        var written = 0;
        using var writer = ChildEngine.Start(
            $"1..{Writes} | ForEach-Object {{ Set-AtpSecret \"$_.example\" (New-AtpSecret) -WarningAction Ignore; "
            + "[Console]::Out.WriteLine($_) }", _home);
        var vault = new FileVault();
        try
        {
            while (await writer.StandardOutput.ReadLineAsync() is { } line)
            {
                written = int.Parse(line, CultureInfo.InvariantCulture);
                if (written % 20 != 0) continue;
                Thread.SpinWait(Random.Shared.Next(100_000));
                Signal(writer, "STOP");
                Assert.True(vault.ListEntries(static e => throw e).Count >= written);
                Assert.NotNull(vault.ReadEntry(EntryName.OfSecret("1.example")));
                Signal(writer, "CONT");
            }
        }
        finally
        {
            Signal(writer, "CONT");
        }
        await writer.WaitForExitAsync();

        Assert.Equal((Writes, 0), (written, writer.ExitCode));
        Assert.Equal(Writes, vault.ListEntries(static e => throw e).Count);
        Assert.Empty(Directory.GetFiles(AgentdomHome.Data, "*" + AtomicFile.TemporarySuffix));
    }

    private Engine.Result Run(string script) => _engine.Run(script, ("h", _issuer.Name));

    private static void Signal(Process process, string signal)
    {
        if (process.HasExited) return;
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }
}
