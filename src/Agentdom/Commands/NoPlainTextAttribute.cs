using System.Management.Automation;

namespace Agentdom;

/// <summary>
/// Refuses plain text for a SecureString parameter, because PowerShell's own conversion error would repeat the text. Accepts an
/// <see cref="AtpToken"/> in place of its token.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class NoPlainTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string => throw new ArgumentTransformationMetadataException(
                "The value must be a SecureString, so that it is not displayed or logged. " +
                "Use Read-Host -AsSecureString, Get-Secret, or ConvertTo-SecureString -AsPlainText -Force."),
            AtpToken token => token.AccessToken,
            _ => inputData,
        };
}
