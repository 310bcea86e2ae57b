using System.Management.Automation;
using Agentdom.Core;
using Agentdom.Core.Client;
using Agentdom.Core.Vaults;

namespace Agentdom.Commands;

/// <summary>
/// With a host: a token that is good right now. Without one, or with a wildcard: what is stored.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AtpToken")]
[OutputType(typeof(AtpToken), typeof(string))]
public sealed class GetAtpTokenCommand : AtpCmdlet
{
    /// <summary>The host, or a wildcard such as *.example.com.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [SupportsWildcards]
    public string? HostName { get; set; }

    /// <summary>The scopes the token was requested for, where the host has several tokens.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ScopesRequested")]
    public string[]? Scope { get; set; }

    /// <summary>The vault that keeps the token.</summary>
    [Parameter]
    public string? Vault { get; set; }

    /// <summary>Gives the token itself as plain text, for tools that take nothing else.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <inheritdoc/>
    protected override object? Target => HostName;

    /// <inheritdoc/>
    protected override void Run()
    {
        var store = Session.OpenStore(Vault);
        if (HostName is null || WildcardPattern.ContainsWildcardCharacters(HostName))
        {
            var pattern = WildcardPattern.Get(HostName ?? "*", WildcardOptions.IgnoreCase);
            foreach (var token in store.All().Where(t => pattern.IsMatch(t.Host) && HasScopes(t))) Give(token, store);
            return;
        }
        Give(FindGood(store, AtpHost.Parse(HostName)), store);
    }

    private StoredToken FindGood(TokenStore store, AtpHost host)
    {
        var token = store.FindOnly(host, Scope);
        if (token.IsGoodAt(DateTimeOffset.UtcNow)) return token;
        throw new AtpException(AtpError.TokenExpired, $"The stored token for {token} ended at {token.ExpiresAt.LocalDateTime}.",
            $"Get a new one with Request-AtpToken {host} -Scope {string.Join(",", token.ScopesRequested)}.");
    }

    private bool HasScopes(StoredToken token) => Scope is null || token.IsFor(Scope);

    private void Give(StoredToken token, TokenStore store)
    {
        if (AsPlainText) WriteObject(token.AccessToken);
        else WriteObject(new AtpToken(token, store.Vault.Name));
    }
}
