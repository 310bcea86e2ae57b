namespace Agentdom.AspNetCore.Sqlite;

internal enum SqliteTable
{
    Signatures,
    Revocations,
}
