using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Agentdom.AspNetCore;

/// <summary>A configuration without some of its children, so that binding it leaves those out.</summary>
internal sealed class ConfigurationWithout(IConfiguration configuration, params string[] children) : IConfiguration
{
    private static readonly IConfiguration s_empty = new ConfigurationBuilder().Build();

    public string? this[string key]
    {
        get => configuration[key];
        set => configuration[key] = value;
    }

    public IEnumerable<IConfigurationSection> GetChildren() => configuration.GetChildren().Where(section => !Is(section.Key));

    public IConfigurationSection GetSection(string key) => (Is(key) ? s_empty : configuration).GetSection(key);

    public IChangeToken GetReloadToken() => configuration.GetReloadToken();

    private bool Is(string key) => children.Contains(key, StringComparer.OrdinalIgnoreCase);
}
