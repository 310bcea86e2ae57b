namespace Agentdom.Jobs;

/// <summary>Runs the command line tools of schedulers, and turns their failures into errors.</summary>
internal static class SchedulerTool
{
    /// <summary>Runs a tool that must succeed.</summary>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/></exception>
    internal static ProcessResult Require(string program, IReadOnlyList<string> arguments, byte[]? input = null)
    {
        var result = Run(program, arguments, input);
        return result.ExitCode == 0 ? result : throw Failed(program, arguments, result);
    }

    /// <inheritdoc cref="ProcessRunner.Run"/>
    /// <exception cref="AtpException"><see cref="AtpError.SchedulerFailed"/>: it cannot be started, or does not finish in time.</exception>
    internal static ProcessResult Run(
        string program, IReadOnlyList<string> arguments, byte[]? input = null,
        IReadOnlyDictionary<string, string>? environment = null, TimeSpan? patience = null)
    {
        try
        {
            return ProcessRunner.Run(program, arguments, input, environment, patience);
        }
        catch (ProcessFailedException e)
        {
            throw new AtpException(AtpError.SchedulerFailed, e.Message,
                e.IsMissing ? "Install it, or register the job with another scheduler." : "Run it by hand to see why it hangs.", e);
        }
    }

    /// <summary>The error for a tool that ran and failed.</summary>
    internal static AtpException Failed(string program, IReadOnlyList<string> arguments, ProcessResult result)
    {
        var output = Printable.Excerpt(result.Errors.Trim().Length > 0 ? result.Errors : result.OutputText);
        return new AtpException(AtpError.SchedulerFailed,
            $"'{Path.GetFileName(program)} {string.Join(" ", arguments)}' exited with {result.ExitCode}: {output}.",
            "Run it by hand to see more, or register the job with another scheduler.");
    }
}
