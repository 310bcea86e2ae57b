using System.Globalization;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>The module's own vault with processes that write at the same time, and with processes that are killed.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class ManyProcessesTests : IDisposable
{
    private const int Writers = 8;
    private const int WritesEach = 250;

    private readonly Engine _engine = new();
    private readonly (string, string?) _home = (AgentdomHome.Variable, Environment.GetEnvironmentVariable(AgentdomHome.Variable));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task NoTokenOfEightWritersIsLost()
    {
        await using var issuer = await TestIssuer.StartAsync(o =>
        {
            // All processes are the same agent.
            o.Limits.RequestsPerMinutePerAgent = o.Limits.RequestsPerMinutePerAddress = null;
            for (var i = 0; i < Writers * WritesEach; i++) o.Scopes.Add($"s{i}");
        });
        var results = await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => ChildEngine.RunAsync(
            $"{w * WritesEach}..{(w + 1) * WritesEach - 1} | ForEach-Object {{ (Request-AtpToken {issuer.Name} \"s$_\").ScopesGranted }}",
            _home, ("AGENTDOM_ATP_SECRET", TestIssuer.SecretText))));

        Assert.All(results, r => Assert.Equal(WritesEach, r.Output.Length));
        var stored = new TokenStore(new FileVault()).All();
        Assert.Equal(results.SelectMany(r => r.Output).Order(), stored.Select(t => Assert.Single(t.ScopesGranted)).Order());
        Assert.All(stored, t => Assert.StartsWith("eyJ", t.AccessToken));
    }

    [Fact]
    public async Task WhatWasAcknowledgedBeforeAKillIsThereAndWhole()
    {
        var acknowledged = new List<string>();
        for (var round = 0; acknowledged.Count < 300; round++)
        {
            using var writer = ChildEngine.Start(
                $"1..1000 | ForEach-Object {{ Set-AtpSecret \"r{round}-$_.example\" (New-AtpSecret) -WarningAction Ignore; "
                + $"[Console]::Out.WriteLine(\"r{round}-$_.example\") }}", _home);
            var lives = Random.Shared.Next(5, 60);
            while (lives-- > 0 && await writer.StandardOutput.ReadLineAsync() is { } line) acknowledged.Add(line.Trim());
            // So that the kill happens at a random point of the next writes.
            for (var spin = Random.Shared.Next(200_000); spin > 0; spin--) Thread.SpinWait(1);
            writer.Kill();
            acknowledged.AddRange((await writer.StandardOutput.ReadToEndAsync())
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.EndsWith(".example", StringComparison.Ordinal)));
            await writer.WaitForExitAsync();
        }

        var vault = new FileVault();
        Assert.All(acknowledged, host => Assert.Equal(43, SecretEntry.Read(vault, AtpHost.Parse(host))?.Length));
        // Every file can be read, even those that were never acknowledged.
        Assert.True(vault.ListEntries(static e => throw e).Count >= acknowledged.Count);

        await ChildEngine.RunAsync("Get-AtpToken", _home);
        Assert.Empty(Directory.GetFiles(AgentdomHome.Data, "*.tmp"));
    }

    // Each group replaces the same entries, so a killed process leaves those of its last group or of the one before, and none in between.
    [Fact]
    public async Task WhatWasWrittenTogetherBeforeAKillIsThereAndWhole()
    {
        var vault = new FileVault();
        for (var round = 0; round < 12; round++)
        {
            using var writer = ChildEngine.Start(ChildEngine.OpenVault + """
                for ($g = 1000; $g -lt 9999; $g++) {
                    $group = foreach ($i in 1..8) { [ValueTuple[string, string]]::new("agentdom-$i", "$g" * 500) }
                    if (@($vault.WriteAll([ValueTuple[string, string][]] $group) | Where-Object { $_ })) { throw 'A write failed.' }
                    [Console]::Out.WriteLine($g)
                }
                """, _home);
            var acknowledged = 0;
            var lives = Random.Shared.Next(1, 40);
            while (lives-- > 0 && await writer.StandardOutput.ReadLineAsync() is { } line) acknowledged = Number(line);
            // So that the kill happens at a random point of the next writes.
            for (var spin = Random.Shared.Next(200_000); spin > 0; spin--) Thread.SpinWait(1);
            writer.Kill();
            if ((await writer.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.TrimEntries)
                .LastOrDefault(static l => l.Length == 4) is { } last)
                acknowledged = Number(last);
            await writer.WaitForExitAsync();

            Assert.True(acknowledged >= 1000);
            for (var i = 1; i <= 8; i++)
            {
                var text = vault.Read($"agentdom-{i}")!;
                Assert.Equal(string.Concat(Enumerable.Repeat(text[..4], 500)), text);
                Assert.InRange(Number(text[..4]), acknowledged, acknowledged + 1);
            }
        }

        await ChildEngine.RunAsync("Get-AtpToken", _home);
        Assert.Empty(Directory.GetFiles(AgentdomHome.Data, "*.tmp"));
        Assert.Equal(8, Directory.GetFiles(AgentdomHome.Data, "*.secret").Length);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
