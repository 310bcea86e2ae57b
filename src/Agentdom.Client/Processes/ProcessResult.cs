using System.Text;

namespace Agentdom.Client;

/// <summary>What a program left behind.</summary>
internal sealed record ProcessResult(int ExitCode, byte[] Output, string Errors)
{
    internal string OutputText => Encoding.UTF8.GetString(Output);
}
