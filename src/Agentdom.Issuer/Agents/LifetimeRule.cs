namespace Agentdom.Issuer;

/// <summary>The rule for the lifetimes of tokens that a provider sets: 1 second to 24 hours in whole seconds.</summary>
internal static class LifetimeRule
{
    internal static bool IsValid(TimeSpan lifetime) =>
        lifetime >= TimeSpan.FromSeconds(1) && lifetime <= TimeSpan.FromDays(1) && lifetime.Ticks % TimeSpan.TicksPerSecond == 0;
}
