using System.Management.Automation;
using System.Security;
using Agentdom.Completion;

namespace Agentdom.Commands;

/// <summary>
/// Starts an issuer in this process, for tests of runbooks and for trying things out. Only this machine can reach it. It runs
/// until Stop-AtpServer, the removal of the module or the exit of the process, and then loses its state.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "AtpServer")]
[OutputType(typeof(AtpServer))]
public sealed class StartAtpServerCommand : AtpCmdlet
{
    /// <summary>The port to listen on (0 to 65535); 0 selects a free port.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The scopes that the server offers.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[] Scope { get; set; } = ["data.read", "data.write"];

    /// <summary>The secret that requests are signed with, at least 32 bytes. If null, a random secret is generated.</summary>
    [Parameter]
    [NoPlainText]
    [ValidateNotNull]
    public SecureString? Secret { get; set; }

    /// <summary>The lifetime of tokens, in whole seconds from 1 second to 24 hours. A plain number means minutes.</summary>
    [Parameter]
    [PlainMinutes]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The audience that requests must name. If null, requests need no audience.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Audience { get; set; }

    /// <summary>
    /// Serves https, with a certificate that is made for this server. On Linux all .NET programs of this user trust it while it runs.
    /// </summary>
    [Parameter]
    public SwitchParameter Https { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Port;

    /// <inheritdoc/>
    protected override void Run()
    {
        var options = new TokenIssuerOptions { TokenLifetime = TokenLifetime, Audience = Audience };
        options.Secrets.Add(Secret is null ? SharedSecret.Generate() : SecureText.Reveal(Secret));
        foreach (var scope in Scope.Distinct(StringComparer.Ordinal)) options.Scopes.Add(scope);
        var server = Start(options);
        WriteVerbose($"Listening on {server.Uri}. {server.Uri}whoami returns the content of the token that it is called with.");
        WriteObject(server);
        if (!server.IsTrusted)
            WriteWarning("Only the cmdlets of this module accept the server's certificate here. "
                + "Use -SkipCertificateCheck with Invoke-RestMethod, for this server alone.");
    }

    private AtpServer Start(TokenIssuerOptions options)
    {
        try
        {
            return RunningServer.Start(Port, options, Https);
        }
        catch (AtpException e) when (e.Error == AtpError.ServerOptionsInvalid && !LifetimeRule.IsValid(TokenLifetime))
        {
            throw e.WithAdvice($"{e.Advice} -TokenLifetime takes a plain number for minutes.");
        }
    }
}
