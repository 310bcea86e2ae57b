using System.Reflection;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;

namespace Agentdom.Tests.Support;

/// <summary>
/// The controllers of a test's app, and no others of the tests. ASP.NET Core finds only those that are public and in no other class.
/// </summary>
internal sealed class ControllerParts(params Type[] controllers) : ApplicationPart, IApplicationPartTypeProvider
{
    public override string Name => "Tests";

    public IEnumerable<TypeInfo> Types => controllers.Select(static type => type.GetTypeInfo());

    internal void AddTo(IServiceCollection services) => services.AddControllers().ConfigureApplicationPartManager(parts =>
    {
        parts.ApplicationParts.Clear();
        parts.ApplicationParts.Add(this);
    });
}
