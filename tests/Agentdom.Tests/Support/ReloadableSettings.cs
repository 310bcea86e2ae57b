using Microsoft.Extensions.Configuration;

namespace Agentdom.Tests.Support;

/// <summary>An app's configuration that changes like a file that is edited. A null removes a key.</summary>
internal sealed class ReloadableSettings : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    internal IConfiguration Section(string name) => new ConfigurationBuilder().Add(this).Build().GetSection(name);

    internal void Change(params (string Key, string? Value)[] changes)
    {
        foreach (var (key, value) in changes)
        {
            if (value is null) Data.Remove(key);
            else Data[key] = value;
        }
        OnReload();
    }
}
