namespace Agentdom.AspNetCore;

/// <summary>Finds out what agents can do at this app, for its manifest.</summary>
internal interface ICapabilitySource
{
    /// <summary>
    /// The capabilities. Once it has succeeded, it is not called again. If it fails, whatever the exception, it is called again later.
    /// </summary>
    Task<IReadOnlyList<FoundCapability>> FindAsync();
}
