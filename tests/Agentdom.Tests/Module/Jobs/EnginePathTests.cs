using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>PowerShell as a program, behind a link, as a .NET tool with and without its shim, and a process that is neither.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class EnginePathTests : IDisposable
{
    private readonly string _folder = TestPaths.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/usr/bin/pwsh")]
    [InlineData("/opt/pwsh.exe")]
    [InlineData("/opt/PowerShell.exe")]
    public void AProgramIsItsOwnCommand(string program) => Assert.Equal([program], EnginePath.Of(program, _folder)!);

    [Fact]
    public void TheLinkOnPathIsPreferredBecauseItSurvivesAnUpdate()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        var real = Path.GetDirectoryName(Engine("powershell/7.6.8"))!;
        var program = Path.Combine(real, "pwsh");
        File.WriteAllText(program, "");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "powershell", "current"), "7.6.8");
        var bin = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "pwsh"), "../powershell/current/pwsh");
        var other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        File.WriteAllText(Path.Combine(other, "pwsh"), "");

        string[] Of(params string[] path)
        {
            using var variable = new EnvironmentVariable("PATH", string.Join(Path.PathSeparator, path));
            return [.. EnginePath.Of(program, _folder)!];
        }

        Assert.Equal([Path.Combine(bin, "pwsh")], Of(other, bin));
        // A folder on PATH may be the link.
        Assert.Equal([Path.Combine(_folder, "powershell", "current", "pwsh")], Of(Path.Combine(_folder, "powershell", "current")));
        Assert.Equal([program], Of(other));
        Assert.Equal([program], Of("relative", real));
    }

    [Fact]
    public void AnotherProcessIsNoPowerShell()
    {
        Assert.Null(EnginePath.Of(null, _folder));
        Assert.Null(EnginePath.Of("/usr/bin/dotnet", _folder));
        Engine(".");
        Assert.Null(EnginePath.Of("/usr/bin/editor", _folder));
    }

    [Fact]
    public void AToolOfAManifestIsStartedByDotnet()
    {
        var engine = Engine("packages/powershell/7.6.9/tools/net10.0/any/unix");

        Assert.Equal(["/usr/share/dotnet/dotnet", engine], EnginePath.Of("/usr/share/dotnet/dotnet", Path.GetDirectoryName(engine)!)!);
    }

    [Theory]
    [InlineData("exit 0", true)]
    [InlineData("exit 150", false)]
    [InlineData("[ -z \"$DOTNET_ROOT\" ]", true)]
    public void AnInstalledToolIsStartedByItsShimIfThatRunsForAScheduler(string shim, bool runs)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The shim is a shell script here.");
        using var root = new EnvironmentVariable("DOTNET_ROOT", "/somewhere");
        var engine = Engine("tools/.store/powershell/7.6.9/powershell/7.6.9/tools/net10.0/any/unix");
        var path = Path.Combine(_folder, "tools", "pwsh");
        File.WriteAllText(path, $"#!/bin/sh\n{shim}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        string[] expected = runs ? [path] : ["/usr/bin/dotnet", engine];
        Assert.Equal(expected, EnginePath.Of("/usr/bin/dotnet", Path.GetDirectoryName(engine)!)!);
    }

    private string Engine(string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName, "pwsh.dll");
        File.WriteAllText(path, "");
        return path;
    }
}
