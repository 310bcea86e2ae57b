using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Agentdom.AspNetCore;

/// <summary>Finds out what agents can do at this app, for its manifest.</summary>
internal interface ICapabilitySource
{
    /// <summary>The capabilities, each a new object.</summary>
    /// <param name="origin">The address at which agents reach the app, without a slash at the end.</param>
    /// <param name="cancel">Cancels it.</param>
    ValueTask<IReadOnlyList<JsonObject>> FindAsync(string origin, CancellationToken cancel);
}
