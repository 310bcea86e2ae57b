using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace Quickstart;

/// <summary>Writes the engine's output to this console, and never prompts.</summary>
internal sealed class ConsolePSHost : PSHost
{
    public override string Name => "Quickstart";

    public override Version Version { get; } = new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI { get; } = new ConsoleUI();

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => Environment.ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    internal static void WriteError(string text) => Console.Error.WriteLine(text);

    private sealed class ConsoleUI : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI { get; } = new FixedWidth();

        public override bool SupportsVirtualTerminal =>
            !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

        public override void Write(string value) => Console.Write(GetOutputString(value, SupportsVirtualTerminal));

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

        public override void WriteLine(string value) => Write(value + Environment.NewLine);

        public override void WriteErrorLine(string value) => WriteError(value);

        public override void WriteWarningLine(string message) => Console.Error.WriteLine($"WARNING: {message}");

        public override void WriteVerboseLine(string message) => Console.Error.WriteLine($"VERBOSE: {message}");

        public override void WriteDebugLine(string message) => Console.Error.WriteLine($"DEBUG: {message}");

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override string ReadLine() => throw Unattended();

        public override SecureString ReadLineAsSecureString() => throw Unattended();

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw Unattended();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
            throw Unattended();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
            throw Unattended();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName,
            PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw Unattended();

        private static PSInvalidOperationException Unattended() => new("The session is not interactive. Specify all parameters.");
    }

    // The engine uses only the width of a line.
    private sealed class FixedWidth : PSHostRawUserInterface
    {
        public override Size BufferSize { get; set; } = new(110, 50);

        public override Size WindowSize { get; set; } = new(110, 50);

        public override Size MaxWindowSize => WindowSize;

        public override Size MaxPhysicalWindowSize => WindowSize;

        public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

        public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; } = 1;

        public override Coordinates WindowPosition { get; set; }

        public override string WindowTitle { get; set; } = "";

        public override bool KeyAvailable => false;

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
        {
        }

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
        {
        }

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
        {
        }
    }
}
