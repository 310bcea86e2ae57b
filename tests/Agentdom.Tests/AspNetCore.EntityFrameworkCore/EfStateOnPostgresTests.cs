using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

public sealed class EfStateOnPostgresTests() : EfStateContract(AppDatabase.Postgres);
