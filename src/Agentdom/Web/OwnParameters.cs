using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;

namespace Agentdom.Web;

/// <summary>The parameters that a cmdlet's class declares, beside those that it has from the session's cmdlet.</summary>
internal static class OwnParameters
{
    // The session's cmdlet needs these as well: what it writes, and which proxy it uses.
    private static readonly string[] s_passedOn = ["Verbose", "Debug", "ProgressAction", "Proxy", "ProxyCredential"];

    private static readonly ConcurrentDictionary<Type, HashSet<string>> s_names = new();

    internal static HashSet<string> Of(Type cmdlet) => s_names.GetOrAdd(cmdlet, static type => new(
        type.GetProperties().Where(static p => p.IsDefined(typeof(ParameterAttribute))).Select(static p => p.Name)
            .Concat(Cmdlet.CommonParameters).Concat(Cmdlet.OptionalCommonParameters),
        StringComparer.OrdinalIgnoreCase));

    /// <summary>The bound parameters that are for the session's cmdlet.</summary>
    internal static Dictionary<string, object?> Without(Type cmdlet, IDictionary<string, object> bound) => bound
        .Where(p => !Of(cmdlet).Contains(p.Key) || s_passedOn.Contains(p.Key, StringComparer.OrdinalIgnoreCase))
        .ToDictionary(static p => p.Key, static p => (object?)p.Value, StringComparer.OrdinalIgnoreCase);
}
