using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Agentdom.Tests.Architecture;

/// <summary>Which type of an assembly needs which other type of it, as the compiler wrote it.</summary>
internal sealed class CompiledTypes : IDisposable
{
    private readonly AssemblyDefinition _assembly;

    internal CompiledTypes(string path)
    {
        _assembly = AssemblyDefinition.ReadAssembly(path);
        Written = [.. _assembly.MainModule.Types.Where(static t =>
            t.Name[0] != '<' && !t.Namespace.StartsWith("System", StringComparison.Ordinal) && t.Namespace != "Microsoft.CodeAnalysis")];
    }

    /// <summary>The project's other assemblies that this one refers to.</summary>
    internal IEnumerable<string> References =>
        _assembly.MainModule.AssemblyReferences.Select(static r => r.Name)
            .Where(static n => n.StartsWith("Agentdom", StringComparison.Ordinal));

    /// <summary>The outermost types that somebody wrote; a generator's have a namespace of the runtime.</summary>
    internal IReadOnlyList<TypeDefinition> Written { get; }

    /// <summary>Each use of one of these types by a member of another.</summary>
    internal IEnumerable<(TypeDefinition User, string Member, TypeDefinition Used)> Uses() =>
        from type in Written
        from part in WithNested(type)
        from use in UsesOf(part)
        from used in Spread(use.Type)
        let other = Written.FirstOrDefault(t => t.FullName == Outermost(used).FullName)
        where other is not null && other != type
        select (type, $"{type.Name}.{use.Member}", other);

    public void Dispose() => _assembly.Dispose();

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    private static IEnumerable<(string Member, TypeReference Type)> UsesOf(TypeDefinition type)
    {
        if (type.BaseType is not null) yield return ("base", type.BaseType);
        foreach (var contract in type.Interfaces) yield return ("base", contract.InterfaceType);
        foreach (var attribute in Attributes(type)) yield return ("attribute", attribute);
        foreach (var field in type.Fields)
        {
            yield return (field.Name, field.FieldType);
            foreach (var attribute in Attributes(field)) yield return (field.Name, attribute);
        }
        foreach (var property in type.Properties)
            foreach (var attribute in Attributes(property)) yield return (property.Name, attribute);
        foreach (var method in type.Methods)
            foreach (var used in UsesOf(method)) yield return (method.Name, used);
    }

    private static IEnumerable<TypeReference> UsesOf(MethodDefinition method)
    {
        IEnumerable<TypeReference> uses = [
            method.ReturnType,
            .. method.Parameters.Select(static p => p.ParameterType),
            .. method.GenericParameters.SelectMany(static g => g.Constraints).Select(static c => c.ConstraintType),
            .. Attributes(method)];
        if (!method.HasBody) return uses;
        return [
            .. uses,
            .. method.Body.Variables.Select(static v => v.VariableType),
            .. method.Body.ExceptionHandlers.Select(static h => h.CatchType).OfType<TypeReference>(),
            .. method.Body.Instructions.SelectMany(UsesOf)];
    }

    private static IEnumerable<TypeReference> UsesOf(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Attributes(Mono.Cecil.ICustomAttributeProvider member) => member.CustomAttributes.SelectMany(
        static a => a.ConstructorArguments.Select(static c => c.Value).OfType<TypeReference>().Prepend(a.AttributeType));

    // A list of something needs the something, too.
    private static IEnumerable<TypeReference> Spread(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Spread).Prepend(generic.ElementType),
        TypeSpecification wrapped => Spread(wrapped.ElementType),
        GenericParameter => [],
        _ => [type],
    };
}
