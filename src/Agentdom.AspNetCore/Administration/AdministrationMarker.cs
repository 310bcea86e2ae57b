namespace Agentdom.AspNetCore;

/// <summary>Marks an endpoint of the administration, so that the start can check that somebody guards it.</summary>
/// <param name="Pattern">The pattern that the app mapped.</param>
internal sealed record AdministrationMarker(string Pattern);
