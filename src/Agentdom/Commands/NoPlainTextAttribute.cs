using System.Management.Automation;
using System.Security;

namespace Agentdom;

/// <summary>
/// Refuses everything but a SecureString for a SecureString parameter. If this or PowerShell's own conversion threw, the error
/// record would contain the value, and a value from the pipeline would become the record's target. So it binds a placeholder, and
/// <see cref="AtpCmdlet"/> fails before its work. Accepts an <see cref="AtpToken"/> in place of its token.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class NoPlainTextAttribute : ArgumentTransformationAttribute
{
    private static readonly SecureString s_refused = new();

    // The names under which a token is bound from a property.
    private static readonly string[] s_tokenProperties = [nameof(AtpToken.AccessToken), "Token"];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            null or SecureString => value,
            AtpToken token => token.AccessToken,
            // A token that was stored with Export-Clixml, for example.
            PSCustomObject => s_tokenProperties
                .Select(name => ((PSObject)inputData!).Properties[name]?.Value).OfType<SecureString>().FirstOrDefault() ?? s_refused,
            _ => s_refused,
        };
    }

    internal static bool IsRefused(object? value) => ReferenceEquals(value, s_refused);

    internal static AtpException Refusal() => new(AtpError.PlainTextRefused,
        "A secret or token must be a SecureString, so that it is not displayed or logged.",
        "Use Read-Host -AsSecureString, Get-Secret, or ConvertTo-SecureString -AsPlainText -Force.");
}
