using System.Diagnostics;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Properties;

/// <summary>The fuzzer's inputs, in a separate process, because a stack overflow would crash it.</summary>
public sealed class FuzzCorpusTests
{
    [Fact]
    public async Task NoneOfTheCorpusMisbehaves()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { TestPaths.Fuzzer, "replay", Path.Combine(TestPaths.RepositoryRoot, "tests", "Agentdom.Fuzz", "corpus") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, output + await errors);
    }
}
