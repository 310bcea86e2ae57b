using Agentdom.AspNetCore.EntityFrameworkCore;
using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

/// <summary>What is used for all other databases, here on PostgreSQL.</summary>
public sealed class EfStateOnOthersTests() : EfStateContract(AppDatabase.Postgres)
{
    private protected override IEntryInserter? Inserter { get; } = new PortableInserter();
}
