using Microsoft.EntityFrameworkCore;

namespace Agentdom.Tests.Support;

/// <summary>The context of an app that has the issuer's tables beside its own.</summary>
internal sealed class AppDbContext(DbContextOptions<AppDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Customer>();
        modelBuilder.UseAgentdom();
    }

    internal sealed class Customer
    {
        public int Id { get; set; }

        public string? Name { get; set; }
    }
}
