using System.Management.Automation;

namespace Agentdom;

/// <summary>
/// Refuses plain text where a SecureString belongs: PowerShell's own conversion error would repeat the text. Takes an
/// <see cref="AtpToken"/> for the token in it.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class NoPlainTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string => throw new ArgumentTransformationMetadataException(
                "This takes a SecureString, so that the value shows nowhere. " +
                "Use Read-Host -AsSecureString, Get-Secret, or ConvertTo-SecureString -AsPlainText -Force."),
            AtpToken token => token.AccessToken,
            _ => inputData,
        };
}
