namespace Agentdom.Tests.Pipelines;

/// <summary>What runs the script of a step.</summary>
internal enum StepShell
{
    /// <summary>pwsh as GitHub Actions and Azure Pipelines start it: errors end the script.</summary>
    StrictPwsh,

    /// <summary>pwsh as Jenkins starts it: the script decides what errors do.</summary>
    Pwsh,

    /// <summary>bash as GitLab starts it: a failed command ends the script.</summary>
    Bash,
}

/// <summary>One step of a pipeline that runs a script.</summary>
internal sealed record PipelineStep(
    string Name, StepShell Shell, string Script, IReadOnlyDictionary<string, string> Environment, bool Always);

/// <summary>The job of a pipeline file, with its expressions replaced as the runner would.</summary>
internal sealed record Pipeline(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<PipelineStep> Steps)
{
    internal const string SecretVariable = "AGENTDOM_ATP_SECRET";
}
