namespace Agentdom.AspNetCore;

/// <summary>An agent of the options cannot be changed in the store, because its entry there comes first.</summary>
internal sealed class ListedAgentException() : InvalidOperationException(AdministrationText.Listed);
