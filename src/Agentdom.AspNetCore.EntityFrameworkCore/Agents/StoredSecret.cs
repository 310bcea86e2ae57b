namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>A secret of an agent. It is not a record, so that no log shows it by accident.</summary>
internal sealed class StoredSecret(string secret, long? expiresAt = null)
{
    public string Secret => secret;

    /// <summary>Milliseconds since 1970 (UTC), or null.</summary>
    public long? ExpiresAt => expiresAt;

    internal bool IsValidAt(DateTimeOffset now) => !(expiresAt <= now.ToUnixTimeMilliseconds());

    internal StoredSecret EndingBy(long end) => new(secret, expiresAt < end ? expiresAt : end);
}
