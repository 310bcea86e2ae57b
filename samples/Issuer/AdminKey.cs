using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

/// <summary>Lets in whoever sends the operators' key: <c>Authorization: Bearer KEY</c>.</summary>
internal sealed class AdminKey(IOptionsMonitor<AdminKey.Setting> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AdminKey.Setting>(options, loggers, encoder)
{
    internal const string Policy = "operators";

    private const string SchemeName = "AdminKey";
    private const string Prefix = "Bearer ";
    private const int MinimumBytes = 32;

    /// <returns>Whether there is a key.</returns>
    /// <exception cref="SettingException">The key is too short, or there is nothing to administer.</exception>
    internal static bool Add(IServiceCollection services, IConfiguration settings, bool hasDatabase)
    {
        if (settings["ATP_ADMIN_KEY"] is not { Length: > 0 } key) return false;
        if (!hasDatabase) throw new SettingException("ATP_ADMIN_KEY needs a database of agents: ATP_STATE=agents:PATH or postgres:….");
        var bytes = Encoding.UTF8.GetBytes(key);
        if (bytes.Length < MinimumBytes)
            throw new SettingException($"ATP_ADMIN_KEY has {bytes.Length} bytes and needs at least {MinimumBytes}.");
        services.AddAuthentication().AddScheme<Setting, AdminKey>(SchemeName, o => o.KeyHash = SHA256.HashData(bytes));
        services.AddAuthorizationBuilder().AddPolicy(Policy, p => p.AddAuthenticationSchemes(SchemeName).RequireAuthenticatedUser());
        return true;
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return Task.FromResult(AuthenticateResult.NoResult());
        // The hashes have the same length, so the comparison takes the same time for every key.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(header[Prefix.Length..]));
        if (!CryptographicOperations.FixedTimeEquals(hash, Options.KeyHash))
            return Task.FromResult(AuthenticateResult.Fail("The key is wrong."));
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "the holder of ATP_ADMIN_KEY")], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return base.HandleChallengeAsync(properties);
    }

    internal sealed class Setting : AuthenticationSchemeOptions
    {
        internal byte[] KeyHash { get; set; } = [];
    }
}
