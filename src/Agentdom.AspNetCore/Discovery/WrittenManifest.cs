using Microsoft.Net.Http.Headers;

namespace Agentdom.AspNetCore;

/// <summary>A manifest as it is sent.</summary>
/// <param name="Json">JSON in UTF-8.</param>
/// <param name="Tag">The strong tag of exactly this content.</param>
/// <param name="IsComplete">Whether it has all capabilities. Otherwise it will soon have more.</param>
internal sealed record WrittenManifest(byte[] Json, EntityTagHeaderValue Tag, bool IsComplete);
