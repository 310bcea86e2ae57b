using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Agentdom.Web;

/// <summary>
/// The session's own <c>Invoke-RestMethod</c> or <c>Invoke-WebRequest</c>. It runs in the caller's scope, so that the variables
/// that it sets are the caller's.
/// </summary>
internal sealed class WebCommand
{
    // The token takes their place.
    private static readonly string[] s_replaced =
    [
        "Authentication", "Token", "Credential", "UseDefaultCredentials", "AllowUnencryptedAuthentication",
        "PreserveAuthorizationOnRedirect",
    ];

    private readonly string _name;
    private readonly CommandInfo _command;

    private WebCommand(string name, CommandInfo command) => (_name, _command) = (name, command);

    /// <summary>Whether it can send a token by itself. Windows PowerShell's cannot.</summary>
    internal bool TakesToken => Has("Token");

    /// <summary>The session's command of that name, also if it is an alias or a function, or null if the session has none.</summary>
    internal static WebCommand? Find(string name, CommandInvocationIntrinsics commands)
    {
        var command = Resolve(name, commands);
        // An alias may have made this module's own cmdlet the session's.
        if (command is CmdletInfo cmdlet && cmdlet.ImplementingType.Assembly == typeof(WebCommand).Assembly)
            command = Resolve(name = $"Microsoft.PowerShell.Utility\\{name}", commands);
        return command is null ? null : new WebCommand(name, command);
    }

    internal bool Has(string parameter) => _command.Parameters.ContainsKey(parameter);

    /// <summary>Its parameters, without those that the token replaces.</summary>
    /// <param name="own">The names of the caller's own parameters, which come first.</param>
    internal RuntimeDefinedParameterDictionary Parameters(ICollection<string> own)
    {
        var offered = new RuntimeDefinedParameterDictionary();
        foreach (var parameter in _command.Parameters.Values)
        {
            if (!own.Contains(parameter.Name) && !IsReplaced(parameter.Name))
                offered.Add(parameter.Name, new(parameter.Name, parameter.ParameterType, parameter.Attributes));
        }
        return offered;
    }

    /// <summary>
    /// Runs the command and waits for its end. Default values that the caller has set for the session's cmdlet do not apply: they could
    /// send the token elsewhere, or another header in its place.
    /// </summary>
    internal WebAnswer Run(IDictionary parameters, PSVariableIntrinsics variables)
    {
        using var defaults = new DisabledDefaults(variables);
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        // By name: the streams of a command that is given as an object are not merged.
        shell.AddCommand(_name).AddParameters(parameters);
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.All, PipelineResultTypes.Output);
        var records = new List<PSObject>();
        try
        {
            shell.Invoke(null, records);
            return new WebAnswer(records, null);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            return new WebAnswer(records, e);
        }
    }

    private static CommandInfo? Resolve(string name, CommandInvocationIntrinsics commands) =>
        commands.GetCommand(name, CommandTypes.Alias | CommandTypes.Function | CommandTypes.Cmdlet) switch
        {
            AliasInfo alias => alias.ResolvedCommand,
            var command => command,
        };

    // Windows PowerShell would follow a redirect with headers that were given to it.
    private bool IsReplaced(string parameter) =>
        s_replaced.Contains(parameter, StringComparer.OrdinalIgnoreCase)
        || (!TakesToken && parameter.Equals("MaximumRedirection", StringComparison.OrdinalIgnoreCase));
}
