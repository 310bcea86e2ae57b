using System.Text.RegularExpressions;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.Module;

/// <summary>Where an administrator has restricted PowerShell's language, no view may call a method.</summary>
[Collection(PowerShellCollection.Name)]
public sealed class ConstrainedLanguageTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void EveryViewOfEveryObjectIsAsInFullLanguage()
    {
        var made = _engine.Run("""
            $server = Start-AtpServer
            $token = Request-AtpToken $server data.read -WarningAction Ignore
            $all = @($token; $server; Get-AtpManifest $server; Test-AtpToken $server; ConvertFrom-AtpToken $token; Get-AgentId
                New-AtpSignature @{ a = 1 } $server.Secret; Register-AtpRefreshJob -Scheduler InProcess; Revoke-AtpToken $server)
            Unregister-AtpRefreshJob
            Stop-AtpServer
            $all.Count
            """);
        Assert.Empty(made.Errors);
        Assert.Equal(9, made.Single<int>());
        const string Views = """
            foreach ($item in $all) {
                $item | Format-Table | Out-String -Width 300
                $item | Format-List | Out-String -Width 300
                $item | Format-Wide | Out-String -Width 300
            }
            """;
        var full = Shown(Views);
        Assert.Equal(27, full.Length);
        Assert.Contains("TimeLeft : #", string.Join('\n', full));

        Assert.Empty(_engine.Run("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'").Errors);

        Assert.NotEmpty(_engine.Run("[IO.Path]::GetTempPath()").Errors);
        Assert.Equal(full, Shown(Views));
    }

    [Fact]
    public void TheViewsAddNothingToWhatAnObjectIs()
    {
        var added = _engine.Run("""
            $server = Start-AtpServer
            try {
                $token = Request-AtpToken $server data.read -NoPersist
                $own = $token.GetType().GetProperties().Name
                ($token | Select-Object *).psobject.Properties.Name | Where-Object { $_ -notin $own }
                ($token | ConvertTo-Json | ConvertFrom-Json).psobject.Properties.Name | Where-Object { $_ -notin $own }
            }
            finally { Stop-AtpServer }
            """);

        Assert.Empty(added.Errors);
        Assert.Empty(added.Output);
    }

    // Without the times that pass between two calls.
    private string[] Shown(string script)
    {
        var result = _engine.Run(script);
        Assert.Empty(result.Errors);
        return [.. result.Output.Select(static o => Regex.Replace(
            Regex.Replace($"{o}", @"(in )?\b\d+[smhd]\b( \d+[smhd]\b)?( ago)?|\bnow\b", "#"), "[ -]+", " "))];
    }
}
