namespace Agentdom.Issuer;

/// <summary>The tokens that an agent manages, as a store keeps them.</summary>
/// <param name="version">Another value with each change.</param>
/// <param name="content">ASCII text, which contains ids and scopes but no token.</param>
/// <param name="until">The expiry of the token that expires last (UTC).</param>
public sealed class ManagedTokenSet(Guid version, string content, DateTimeOffset until)
{
    /// <summary>Another value with each change.</summary>
    public Guid Version => version;

    /// <summary>ASCII text, which contains ids and scopes but no token. It can be some 100 KB long.</summary>
    public string Content => content;

    /// <summary>The expiry of the token that expires last (UTC).</summary>
    public DateTimeOffset Until => until;
}
