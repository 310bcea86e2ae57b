using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Agentdom.Client;

/// <summary>Runs a program with a timeout and without a shell, and captures all its output.</summary>
internal static class ProcessRunner
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The full path of a program on PATH, or null.</summary>
    internal static string? Find(string name) =>
        OnPath(RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? name + ".exe" : name).FirstOrDefault();

    /// <summary>The path by which PATH leads to a program, through links if need be, or null if it does not.</summary>
    /// <param name="program">The program's full path.</param>
    internal static string? FindSame(string program)
    {
#if NET
        if (!File.Exists(program)) return null;
        var real = FinalPath(program);
        return OnPath(Path.GetFileName(program)).Where(Path.IsPathRooted).FirstOrDefault(found => FinalPath(found) == real);
#else
        return OnPath(Path.GetFileName(program)).FirstOrDefault(found => found == program);
#endif
    }

    /// <summary>Runs a program.</summary>
    /// <param name="program">The program's path, or its name on PATH.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="environment">Its complete environment, or null for this process's own.</param>
    /// <param name="patience">The timeout, or null for 30 seconds.</param>
    /// <exception cref="ProcessFailedException">It cannot be started, or does not finish in time.</exception>
    internal static ProcessResult Run(
        string program, IReadOnlyList<string> arguments, byte[]? input = null,
        IReadOnlyDictionary<string, string>? environment = null, TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo(program, CommandLine.Join(arguments))
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
            throw new ProcessFailedException($"{program} did not finish in time.", isMissing: false);
        }
        return new ProcessResult(process.ExitCode, output.ToArray(), errors.Result);
    }

    private static IEnumerable<string> OnPath(string file) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(static folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, file))
        .Where(File.Exists);

#if NET
    // ResolveLinkTarget alone would not follow links among the folders of the path.
    private static string FinalPath(string path)
    {
        var folder = Path.GetDirectoryName(path);
        if (folder is null) return path;
        var here = Path.Combine(FinalPath(folder), Path.GetFileName(path));
        return File.ResolveLinkTarget(here, returnFinalTarget: false) is { } target ? FinalPath(Path.GetFullPath(target.FullName)) : here;
    }
#endif

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ProcessFailedException($"{start.FileName} cannot be started: {e.Message.TrimEnd('.')}.", isMissing: true, e);
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
            // The program has exited without reading all its input. Its exit code tells more.
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
            // The program has just exited.
        }
    }
}
