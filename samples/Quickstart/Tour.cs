using Agentdom.AspNetCore;
using Agentdom.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Quickstart;

/// <summary>Shows the main use prompt by prompt, with real parts: an issuer on Kestrel, a PowerShell engine, the module.</summary>
internal static class Tour
{
    internal static async Task<int> RunAsync()
    {
        var secret = SharedSecret.Generate();
        await using var issuer = await StartIssuerAsync(secret);
        var host = new Uri(issuer.Urls.First()).Authority;

        // The tour must not touch the user's own vault and keychain, and the user's settings must not change its output.
        var home = Directory.CreateTempSubdirectory("agentdom-quickstart-");
        Environment.SetEnvironmentVariable("AGENTDOM_HOME", home.FullName);
        Environment.SetEnvironmentVariable("AGENTDOM_KEYCHAIN", "off");
        Environment.SetEnvironmentVariable("AGENTDOM_VAULT", "Agentdom");
        Environment.SetEnvironmentVariable("AGENTDOM_ATP_SECRET", secret);
        foreach (var unset in (string[])["AGENTDOM_AGENT_ID", "AGENTDOM_ATP_HOSTS", "AGENTDOM_VAULT_KEY"])
            Environment.SetEnvironmentVariable(unset, null);
        try
        {
            using var session = new EmbeddedPowerShell();
            const string UseIt =
                "Invoke-RestMethod http://$h/data -Authentication Bearer -Token $t.AccessToken -AllowUnencryptedAuthentication";
            var wentWell = session.Show($"$h = '{host}'")
                && session.Show("Get-AtpManifest $h")
                && session.Show("$t = Request-AtpToken $h -Scope data.read -Purpose 'Sync dashboard'")
                && session.Show("Get-AtpToken")
                && session.Show("Test-AtpToken $h")
                && session.Show(UseIt)
                && session.Show("Revoke-AtpToken $h")
                && session.Show("Test-AtpToken $h -Token $t.AccessToken")
                && !session.Show(UseIt);
            Console.WriteLine(wentWell
                ? "The last call was refused because a revoked token is invalid immediately."
                : "Something in the tour did not go as it should.");
            return wentWell ? 0 : 1;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task<WebApplication> StartIssuerAsync(string secret)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAgentTokenIssuer(o =>
        {
            o.Secrets.Add(secret);
            o.Scopes.Add("data.read");
            o.Scopes.Add("data.write");
        });
        builder.Services.AddAuthentication().AddAgentToken();
        var app = builder.Build();
        app.MapAgentTokens("/v1/agent-tokens");
        app.MapAgentdomManifest();
        app.MapGet("/data", (HttpContext http) => $"Hello, agent {Excerpt(http.User.GetAgentId()!)}.").RequireAgentScope("data.read");
        await app.StartAsync();
        return app;
    }

    private static string Excerpt(string agentId) => agentId.Length > 8 ? agentId[..8] + "…" : agentId;
}
