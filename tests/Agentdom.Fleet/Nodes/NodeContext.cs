using Microsoft.EntityFrameworkCore;

namespace Agentdom.Fleet.Nodes;

/// <summary>The context of an app that has only the issuer's tables.</summary>
internal sealed class NodeContext(DbContextOptions<NodeContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseAgentdom();
}
