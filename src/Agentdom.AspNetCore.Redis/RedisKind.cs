namespace Agentdom.AspNetCore.Redis;

/// <summary>What an entry is: a used signature or a revoked token.</summary>
internal enum RedisKind
{
    Signatures,
    Tokens,
}
