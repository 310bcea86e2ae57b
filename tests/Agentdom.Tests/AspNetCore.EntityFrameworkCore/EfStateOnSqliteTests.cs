using Agentdom.Tests.Support;

namespace Agentdom.Tests.AspNetCoreEntityFrameworkCore;

public sealed class EfStateOnSqliteTests() : EfStateContract(AppDatabase.Sqlite);
