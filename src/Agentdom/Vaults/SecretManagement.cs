using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace Agentdom.Vaults;

/// <summary>
/// Calls the SecretManagement module, one call at a time, because it supports only one pipeline per process. In an interactive
/// session it is called in the caller's session, so that a vault can ask for its password. Otherwise it is called in a session
/// without a host, in which a prompt fails at once.
/// </summary>
internal sealed class SecretManagement
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";
    private const int MaxBusyRetries = 40;

    private static readonly SemaphoreSlim s_one = new(1, 1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_busyPause = TimeSpan.FromMilliseconds(50);
    private static Runspace? s_hostless;

    private readonly CancellationToken _cancel;

    private SecretManagement(CancellationToken cancel) => _cancel = cancel;

    /// <summary>The module's commands, which PowerShell imports on first use, or null if it is not installed.</summary>
    internal static SecretManagement? Find(CancellationToken cancel) => IsInstalled() ? new SecretManagement(cancel) : null;

    /// <summary>The names of the registered vaults, if this session has already imported the module.</summary>
    internal static IEnumerable<string> NamesInSession()
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        var module = shell.AddCommand("Microsoft.PowerShell.Core\\Get-Module").AddParameter("Name", Module)
            .Invoke<PSModuleInfo>().FirstOrDefault();
        if (module is null) return [];
        shell.Commands.Clear();
        return [.. shell.AddCommand(module.ExportedCommands["Get-SecretVault"]).AddParameter("ErrorAction", ActionPreference.Ignore)
            .Invoke().Select(NameOf)];
    }

    /// <summary>A registered vault, or null.</summary>
    internal PSObject? FindVault(string vault) => Vaults()
        .FirstOrDefault(v => string.Equals(NameOf(v), vault, StringComparison.OrdinalIgnoreCase));

    /// <summary>The default vault, or null.</summary>
    internal PSObject? FindDefaultVault() => Vaults().FirstOrDefault(static v => v.Properties["IsDefault"].Value is true);

    /// <summary>The names of all registered vaults.</summary>
    internal IEnumerable<string> VaultNames() => Vaults().Select(NameOf);

    /// <summary>Why no vault can be registered here, or null.</summary>
    internal string? WhyNoVaults { get; private set; }

    /// <summary>Runs one of the module's commands.</summary>
    /// <returns>Its output, or null if it reports nothing but that there is no such secret.</returns>
    /// <exception cref="AtpException">The vault is locked or missing, or it fails. The inner exception of a command that took too
    /// long is a <see cref="TimeoutException"/>.</exception>
    internal IReadOnlyList<PSObject>? Run(string command, string vault, params (string Name, object Value)[] parameters)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (output, errors) = Alone(() => Invoke(command, vault, parameters));
            if (errors.Count == 0) return output;
            if (errors.All(IsNotFound)) return null;
            if (!errors.Any(IsBusy) || attempt == MaxBusyRetries) throw Failure(command, vault, errors);
            // The caller's own code is using SecretManagement in another runspace.
            _cancel.WaitHandle.WaitOne(s_busyPause);
            _cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Runs work while no other code of this module uses SecretManagement in this process.</summary>
    internal T Alone<T>(Func<T> work)
    {
        s_one.Wait(_cancel);
        try
        {
            return work();
        }
        finally
        {
            s_one.Release();
        }
    }

    internal CancellationToken Cancel => _cancel;

    private (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) Invoke(
        string command, string vault, (string Name, object Value)[] parameters)
    {
        using var shell = CreateShell();
        shell.AddCommand($"{Module}\\{command}").AddParameter("ErrorAction", ActionPreference.Continue);
        foreach (var (name, value) in parameters) shell.AddParameter(name, value);
        // No timeout in an interactive session: a user may take time to answer a prompt, and Ctrl+C stops the vault.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        if (!Interactivity.CanAnswer) limit.CancelAfter(s_patience);
        using var stopping = limit.Token.Register(() => shell.BeginStop(null, null));
        try
        {
            var output = shell.Invoke();
            return (output, shell.Streams.Error.ToList());
        }
        catch (PipelineStoppedException e)
        {
            // Without a limit, only the user can have stopped it.
            if (_cancel.IsCancellationRequested || Interactivity.CanAnswer) throw new OperationCanceledException(e.Message, e, _cancel);
            throw new AtpException(AtpError.VaultUnreadable,
                $"The vault '{vault}' did not answer within {s_patience.TotalSeconds:0} seconds.", "Try Test-SecretVault on it.",
                new TimeoutException());
        }
        catch (RuntimeException e)
        {
            return ([], new[] { e.ErrorRecord });
        }
    }

    internal static AtpException Locked(string vault, Exception? cause) => Locked(vault, cause, Interactivity.CanAnswer);

    /// <param name="vault">The vault.</param>
    /// <param name="cause">The vault's own error, or null.</param>
    /// <param name="couldAsk">Whether the vault could ask for its password. Vaults report a wrong one like none.</param>
    internal static AtpException Locked(string vault, Exception? cause, bool couldAsk) => couldAsk
        ? new AtpException(AtpError.VaultLocked, $"The vault '{vault}' was not unlocked: wrong password, or none was given.",
            "Run the command again with the right one, or unlock the vault first (for example with Unlock-SecretStore).", cause)
        : new AtpException(AtpError.VaultLocked, $"The vault '{vault}' is locked, and this session cannot ask for its password.",
            "Unlock it in this session first (for example with Unlock-SecretStore), or use -Vault with a vault that needs no password.",
            cause);

    // Checking for the folder takes microseconds; asking PowerShell for a missing module takes milliseconds.
    private static bool IsInstalled() =>
        AppDomain.CurrentDomain.GetAssemblies().Any(static a => a.GetName().Name == Module)
        || (Environment.GetEnvironmentVariable("PSModulePath") ?? "").Split(Path.PathSeparator)
            .Any(static folder => folder.Length > 0 && Directory.Exists(Path.Combine(folder, Module)));

    private IReadOnlyList<PSObject> Vaults()
    {
        try
        {
            return Run("Get-SecretVault", "") ?? [];
        }
        catch (AtpException e) when (ExceptionChain.Of(e).OfType<TypeInitializationException>().LastOrDefault() is { } cause)
        {
            // Without a home folder that can be written, the module fails to load its list. So no vault can be registered either.
            WhyNoVaults = Printable.Excerpt(cause.GetBaseException().Message);
            return [];
        }
    }

    private static string NameOf(PSObject vault) => (string)vault.Properties["Name"].Value;

    private static bool IsNotFound(ErrorRecord error) =>
        error.FullyQualifiedErrorId.StartsWith("GetSecretNotFound", StringComparison.Ordinal);

    private static bool IsBusy(ErrorRecord error) =>
        error.Exception.Message.IndexOf("concurrently", StringComparison.OrdinalIgnoreCase) >= 0
        || error.Exception is InvalidRunspaceStateException;

    private static AtpException Failure(string command, string vault, IReadOnlyList<ErrorRecord> errors)
    {
        if (errors.FirstOrDefault(static e => ExceptionChain.Of(e.Exception).Any(AsksForSomething)) is { } prompt)
            return Locked(vault, VaultReason.IfClean(prompt.Exception));
        var real = errors.Where(static e => !IsNotFound(e)).ToList();
        var reasons = string.Join("; ", real.Select(static e => VaultReason.Of(e.Exception)).Distinct(StringComparer.Ordinal));
        return new AtpException(IsWrite(command) ? AtpError.VaultUnwritable : AtpError.VaultUnreadable,
            $"{(vault.Length == 0 ? "SecretManagement" : $"The vault '{vault}'")} failed: {reasons.TrimEnd('.')}.",
            "Try Test-SecretVault on it. If its module was moved or removed, register it again.",
            VaultReason.IfClean(real[0].Exception));
    }

    private static bool AsksForSomething(Exception e) => e is HostException
        || e.GetType().Name == "PasswordRequiredException"
        || e.Message.IndexOf("user interaction", StringComparison.OrdinalIgnoreCase) >= 0
        || e.Message.IndexOf("NonInteractive", StringComparison.OrdinalIgnoreCase) >= 0;

    private static bool IsWrite(string command) =>
        command.StartsWith("Set-", StringComparison.Ordinal) || command.StartsWith("Remove-", StringComparison.Ordinal);

    private static PowerShell CreateShell()
    {
        if (Interactivity.CanAnswer) return PowerShell.Create(RunspaceMode.CurrentRunspace);
        if (s_hostless is null)
        {
            s_hostless = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            s_hostless.Open();
        }
        var shell = PowerShell.Create();
        shell.Runspace = s_hostless;
        return shell;
    }
}
