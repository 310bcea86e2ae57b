using System.Management.Automation;
using System.Net;
using System.Net.Http.Headers;
using System.Security;

namespace Quickstart;

/// <summary>
/// Replaces PowerShell's own Invoke-RestMethod, which is not in the engine's NuGet package, so that the tour shows the same
/// line that works in pwsh. It supports only what that line needs.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "RestMethod")]
public sealed class InvokeRestMethodCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public Uri Uri { get; set; } = null!;

    [Parameter]
    [ValidateSet("None", "Bearer")]
    public string Authentication { get; set; } = "None";

    [Parameter]
    public SecureString? Token { get; set; }

    [Parameter]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    protected override void ProcessRecord()
    {
        if (Authentication == "Bearer" && Uri.Scheme != "https" && !AllowUnencryptedAuthentication)
            ThrowTerminatingError(Error("A token is sent only over https, unless -AllowUnencryptedAuthentication is specified."));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri);
        if (Authentication == "Bearer")
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", new NetworkCredential("", Token).Password);
        using var response = client.Send(request);
        if (!response.IsSuccessStatusCode)
            ThrowTerminatingError(Error(
                $"Response status code does not indicate success: {(int)response.StatusCode} ({response.ReasonPhrase})."));
        using var reader = new StreamReader(response.Content.ReadAsStream());
        WriteObject(reader.ReadToEnd());
    }

    private ErrorRecord Error(string message) =>
        new(new HttpRequestException(message), "WebCmdletWebResponseException", ErrorCategory.InvalidOperation, Uri);
}
