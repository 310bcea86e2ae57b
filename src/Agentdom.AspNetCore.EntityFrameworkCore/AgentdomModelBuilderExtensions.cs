using Agentdom.AspNetCore;
using Agentdom.AspNetCore.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

// The namespace of ModelBuilder, so that a context needs no further using.
namespace Microsoft.EntityFrameworkCore;

/// <summary>Adds the issuer's tables to a model.</summary>
public static class AgentdomModelBuilderExtensions
{
    // 128 bits of a signature or of a hash.
    private const int EntryIdBytes = 16;
    private const int SourceLength = 16;
    private const int Unlimited = -1;

    /// <summary>
    /// Adds the issuer's tables: agents, used signatures, revoked tokens, and up to when those were removed. Call it in
    /// <see cref="DbContext.OnModelCreating"/> and add a migration.
    /// </summary>
    /// <param name="model">The model of the app's context.</param>
    public static ModelBuilder UseAgentdom(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<AgentRow>(Configure);
        model.Entity<SignatureRow>(static table => Configure(table, "AgentdomSignatures"));
        model.Entity<RevocationRow>(static table => Configure(table, "AgentdomRevocations"));
        model.Entity<ForgottenRow>(Configure);
        return model;
    }

    private static void Configure(EntityTypeBuilder<AgentRow> table)
    {
        table.ToTable("AgentdomAgents");
        table.HasKey(static agent => agent.AgentId);
        table.Property(static agent => agent.AgentId).HasMaxLength(AgentText.MaxLength).ValueGeneratedNever();
        table.Property(static agent => agent.DisplayName).HasMaxLength(AgentText.MaxLength);
        table.Property(static agent => agent.SearchName).HasMaxLength(AgentText.MaxLength);
        // Set, because the app's conventions may limit all texts.
        table.Property(static agent => agent.Scopes).HasMaxLength(Unlimited);
        table.Property(static agent => agent.Secrets).HasMaxLength(Unlimited);
        table.Property(static agent => agent.Version).IsConcurrencyToken().ValueGeneratedNever();
        table.HasIndex(static agent => agent.DeletedAt);
        // For pages of the disabled agents, which are few among many.
        table.HasIndex(static agent => new { agent.Disabled, agent.AgentId });
    }

    private static void Configure<TRow>(EntityTypeBuilder<TRow> table, string name) where TRow : EntryRow
    {
        table.ToTable(name);
        // The expiry comes first, so that new rows are next to each other, and expired ones are found without another index.
        table.HasKey(static entry => new { entry.Until, entry.Id });
        table.Property(static entry => entry.Until).ValueGeneratedNever();
        table.Property(static entry => entry.Id).HasMaxLength(EntryIdBytes).ValueGeneratedNever();
    }

    private static void Configure(EntityTypeBuilder<ForgottenRow> table)
    {
        table.ToTable("AgentdomForgotten");
        table.HasKey(static row => row.Source);
        table.Property(static row => row.Source).HasMaxLength(SourceLength).ValueGeneratedNever();
    }
}
