namespace Agentdom.Fleet.Measures;

/// <summary>A time in which an agent went without something, since the start of the run.</summary>
internal readonly record struct Gap(string Agent, TimeSpan From, TimeSpan To)
{
    internal TimeSpan Length => To - From;
}
