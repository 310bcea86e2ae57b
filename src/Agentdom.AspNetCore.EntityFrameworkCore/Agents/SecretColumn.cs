using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Agentdom.AspNetCore.EntityFrameworkCore;

/// <summary>
/// Encrypts an agent's secrets with ASP.NET Core Data Protection. The agent id is part of the purpose, so a text that is moved to
/// another agent cannot be decrypted.
/// </summary>
internal sealed class SecretColumn(IDataProtectionProvider protection)
{
    private const string Purpose = "Agentdom.AspNetCore.EntityFrameworkCore.AgentSecrets.v1";

    internal string Encrypt(string agentId, IEnumerable<StoredSecret> secrets) =>
        Protector(agentId).Protect(JsonSerializer.Serialize(secrets));

    /// <returns>The secrets, newest first, with those that have expired.</returns>
    /// <exception cref="IssuerStateException">They cannot be decrypted.</exception>
    internal IReadOnlyList<StoredSecret> Decrypt(AgentRow agent)
    {
        try
        {
            return JsonSerializer.Deserialize<StoredSecret[]>(Protector(agent.AgentId).Unprotect(agent.Secrets)) ?? [];
        }
        // Without the JSON exception, which may quote the text.
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            throw new IssuerStateException(
                $"The secrets of the agent '{Printable.Line(agent.AgentId)}' cannot be decrypted: the ASP.NET Core Data Protection key "
                + "that they were encrypted with is not available, or the value was changed. Restore the keys, or delete the agent and "
                + "create it again.",
                e as CryptographicException);
        }
    }

    private IDataProtector Protector(string agentId) => protection.CreateProtector(Purpose, agentId);
}
