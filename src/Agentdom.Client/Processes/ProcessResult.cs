using System.Text;

namespace Agentdom.Client;

/// <summary>A program's exit code and output.</summary>
internal sealed record ProcessResult(int ExitCode, byte[] Output, string Errors)
{
    internal string OutputText => Encoding.UTF8.GetString(Output);
}
