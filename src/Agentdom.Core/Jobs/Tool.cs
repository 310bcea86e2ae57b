using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Agentdom.Core.Jobs;

/// <summary>Runs a system's own tools: no shell between, arguments as a list, all output kept, and never for ever.</summary>
internal static class Tool
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>What a tool left behind.</summary>
    internal sealed record Result(int ExitCode, byte[] Output, string Errors)
    {
        internal string OutputText => Encoding.UTF8.GetString(Output);
    }

    /// <summary>The path of a program that PATH leads to, or null.</summary>
    internal static string? Find(string name)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows)) name += ".exe";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Where(static folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a tool that must succeed.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    internal static Result Require(string program, IReadOnlyList<string> arguments, byte[]? input = null)
    {
        var result = Run(program, arguments, input);
        return result.ExitCode == 0 ? result : throw Failed(program, arguments, result);
    }

    /// <summary>Runs a tool.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/>: it cannot be started, or does not end.</exception>
    internal static Result Run(
        string program, IReadOnlyList<string> arguments, byte[]? input = null,
        IReadOnlyDictionary<string, string>? environment = null, TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo(program, CommandText.ForWindows(arguments))
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var variable in environment) start.Environment.Add(variable.Key, variable.Value);
        }
        using var process = Start(start);
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = process.StandardError.ReadToEndAsync();
        Feed(process, input ?? []);
        if (!Task.WhenAll(reading, errors).Wait(patience ?? s_patience) || !process.WaitForExit((int)s_patience.TotalMilliseconds))
        {
            Kill(process);
            throw new AtpException(AtpError.SchedulerFailed, $"{program} did not end in time.", "Run it by hand to see what it waits for.");
        }
        return new Result(process.ExitCode, output.ToArray(), errors.Result);
    }

    /// <summary>The error for a tool that ran and failed.</summary>
    internal static AtpException Failed(string program, IReadOnlyList<string> arguments, Result result) => new(AtpError.SchedulerFailed,
        $"'{Path.GetFileName(program)} {string.Join(" ", arguments)}' ended with {result.ExitCode}: " +
        $"{Printable.Excerpt(result.Errors.Trim().Length > 0 ? result.Errors : result.OutputText)}.",
        "Run it by hand to see more, or choose another scheduler with -Scheduler.");

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new AtpException(AtpError.SchedulerFailed, $"{start.FileName} cannot be started: {e.Message}.",
                "Install it, or choose another scheduler with -Scheduler.", e);
        }
    }

    private static void Feed(Process process, byte[] input)
    {
        try
        {
            process.StandardInput.BaseStream.Write(input, 0, input.Length);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading on; its exit code tells more.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
#if NET
            process.Kill(entireProcessTree: true);
#else
            process.Kill();
#endif
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
        }
    }
}
