using System.IdentityModel.Tokens.Jwt;
using System.Management.Automation;
using System.Text.Json;
using Microsoft.Identity.Client;

namespace MsalModule;

/// <summary>Uses each of the libraries that this module ships, and returns their versions.</summary>
[Cmdlet(VerbsCommon.Get, "OtherSignIn")]
public sealed class GetOtherSignInCommand : PSCmdlet
{
    /// <summary>A token.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Token { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var app = PublicClientApplicationBuilder.Create("5d0c0000-0000-4000-8000-000000000000").Build();
        var token = new JwtSecurityTokenHandler().ReadJwtToken(Token);
        var json = JsonSerializer.Serialize(new[] { token.Subject });
        WriteObject($"{json} {app.GetType().Assembly.GetName().Version} {token.GetType().Assembly.GetName().Version}");
    }
}
