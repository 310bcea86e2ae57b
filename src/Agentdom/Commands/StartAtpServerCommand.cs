using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>
/// Starts an issuer in this process that only this machine can reach, for tests of runbooks and for trying out. It ends
/// with Stop-AtpServer, with the module or with the process, and remembers nothing.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "AtpServer")]
[OutputType(typeof(AtpServer))]
public sealed class StartAtpServerCommand : AtpCmdlet
{
    /// <summary>The port; 0 for a free one.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The scopes on offer.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[] Scope { get; set; } = ["data.read", "data.write"];

    /// <summary>The secret that requests are signed with: at least 32 bytes. A new random one where it is not given.</summary>
    [Parameter]
    [NoPlainText]
    [ValidateNotNull]
    public SecureString? Secret { get; set; }

    /// <summary>The life of a token: 1 second to 24 hours, in whole seconds.</summary>
    [Parameter]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The audience that requests must name; none where it is not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Audience { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Port;

    /// <inheritdoc/>
    protected override void Run()
    {
        var options = new TokenIssuerOptions { TokenLifetime = TokenLifetime, Audience = Audience };
        options.Secrets.Add(Secret is null ? SharedSecret.Generate() : SecureText.Reveal(Secret));
        foreach (var scope in Scope.Distinct(StringComparer.Ordinal)) options.Scopes.Add(scope);
        var server = RunningServer.Start(Port, options);
        WriteVerbose($"Listening on {server.Uri}; {server.Uri}whoami tells the holder of a token what the token says.");
        WriteObject(server);
    }
}
