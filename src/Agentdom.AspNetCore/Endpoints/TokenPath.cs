using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.AspNetCore;

/// <summary>The path of a token endpoint. Its route parameters have the values of the request for the manifest.</summary>
internal sealed class TokenPath
{
    private readonly RoutePattern _pattern;
    private readonly TemplateBinder _binder;

    internal TokenPath(RouteEndpoint endpoint, IServiceProvider services)
    {
        _pattern = endpoint.RoutePattern;
        _binder = services.GetRequiredService<TemplateBinderFactory>().Create(_pattern);
    }

    /// <summary>The parameters that need a value which requests for a manifest do not have.</summary>
    internal static IEnumerable<string> Missing(RouteEndpoint endpoint, RouteEndpoint manifest) => endpoint.RoutePattern.Parameters
        .Where(p => !p.IsOptional && p.Default is null && manifest.RoutePattern.GetParameter(p.Name) is null)
        .Select(static p => p.Name);

    /// <returns>The path, or null if a value does not meet a constraint.</returns>
    internal string? Fill(HttpContext context)
    {
        var values = new RouteValueDictionary();
        foreach (var parameter in _pattern.Parameters)
        {
            if (context.Request.RouteValues.TryGetValue(parameter.Name, out var value)) values[parameter.Name] = value;
        }
        var bound = _binder.GetValues(ambientValues: null, values);
        if (bound is null || !_binder.TryProcessConstraints(context, bound.CombinedValues, out _, out _)) return null;
        return _binder.BindValues(bound.AcceptedValues) is { Length: > 0 } path ? path : "/";
    }
}
