using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Agentdom.AspNetCore.OpenApi;

/// <summary>The arguments of a capability: what is in the path, in the query and in a JSON body, by name.</summary>
internal static class CapabilityArguments
{
    private const string Body = "body";

    internal static JsonObject Of(IOpenApiPathItem item, OpenApiOperation operation)
    {
        var arguments = new JsonObject();
        // Those of the operation override those of the path.
        foreach (var parameter in (operation.Parameters ?? []).Concat(item.Parameters ?? []))
        {
            if (parameter.Name is { } name && parameter.In is ParameterLocation.Path or ParameterLocation.Query)
                Add(arguments, name, parameter.Schema, parameter.Required, parameter.Description);
        }
        if (operation.RequestBody is { } body) AddBody(arguments, body);
        return arguments;
    }

    private static void AddBody(JsonObject arguments, IOpenApiRequestBody body)
    {
        var schema = body.Content?.FirstOrDefault(static c => IsJson(c.Key)).Value?.Schema;
        if (schema?.Properties is { Count: > 0 } properties)
        {
            foreach (var (name, property) in properties)
                Add(arguments, name, property, body.Required && schema.Required?.Contains(name) == true, property.Description);
        }
        else
        {
            Add(arguments, Body, schema, body.Required, body.Description);
        }
    }

    private static bool IsJson(string mediaType) =>
        mediaType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    private static void Add(JsonObject arguments, string name, IOpenApiSchema? schema, bool isRequired, string? description)
    {
        if (arguments.ContainsKey(name)) return;
        var argument = new JsonObject { ["type"] = TypeOf(schema), ["required"] = isRequired };
        if (description is { Length: > 0 }) argument["description"] = description;
        if (schema?.Enum is { Count: > 0 } values) argument["enum"] = new JsonArray([.. values.Select(static v => v?.DeepClone())]);
        arguments[name] = argument;
    }

    // A number may be described as a number or text, and an optional object as null or an object.
    private static string TypeOf(IOpenApiSchema? schema)
    {
        if (schema is null) return "string";
        var type = schema.Type ?? 0;
        if (type.HasFlag(JsonSchemaType.Integer)) return "integer";
        if (type.HasFlag(JsonSchemaType.Number)) return "number";
        if (type.HasFlag(JsonSchemaType.Boolean)) return "boolean";
        if (type.HasFlag(JsonSchemaType.Array)) return "array";
        if (type.HasFlag(JsonSchemaType.Object) || schema.Properties is { Count: > 0 }) return "object";
        if (type.HasFlag(JsonSchemaType.String)) return "string";
        var choices = (schema.OneOf ?? []).Concat(schema.AnyOf ?? []).Concat(schema.AllOf ?? []);
        return choices.FirstOrDefault(static s => s.Type != JsonSchemaType.Null) is { } choice ? TypeOf(choice) : "string";
    }
}
