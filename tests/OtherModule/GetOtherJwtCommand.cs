using System.IdentityModel.Tokens.Jwt;
using System.Management.Automation;

namespace OtherModule;

/// <summary>Reads a token with the library that this module ships, and returns its version.</summary>
[Cmdlet(VerbsCommon.Get, "OtherJwt")]
public sealed class GetOtherJwtCommand : PSCmdlet
{
    /// <summary>A token.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Token { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var token = new JwtSecurityTokenHandler().ReadJwtToken(Token);
        WriteObject($"{token.Subject} {typeof(JwtSecurityTokenHandler).Assembly.GetName().Version}");
    }
}
