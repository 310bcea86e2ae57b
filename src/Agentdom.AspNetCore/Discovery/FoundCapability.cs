using System.Text.Json;

namespace Agentdom.AspNetCore;

/// <summary>Something that agents can do at this app.</summary>
/// <param name="Intent">What it is for, such as <c>orders.create</c>. If others have the same intent, it gets a number.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below the app's address.</param>
/// <param name="Members">The capability as an object, with any <c>intent</c> and <c>endpoint</c>, which are replaced.</param>
internal sealed record FoundCapability(string Intent, string Method, string Path, JsonElement Members)
{
    internal const string IntentMember = "intent";
    internal const string EndpointMember = "endpoint";

    internal void WriteTo(Utf8JsonWriter writer, string intent, string origin)
    {
        writer.WriteStartObject();
        foreach (var member in Members.EnumerateObject())
        {
            if (member.NameEquals(IntentMember)) writer.WriteString(IntentMember, intent);
            else if (member.NameEquals(EndpointMember)) writer.WriteString(EndpointMember, origin + Path);
            else member.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
