namespace Agentdom.Fleet.Time;

/// <summary>From a real moment on, simulated time runs at a speed. Moments are milliseconds since 1970 (UTC).</summary>
internal readonly record struct ClockSegment(double Real, double Simulated, double Speed);
