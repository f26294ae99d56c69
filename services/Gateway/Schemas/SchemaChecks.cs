using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Schemas;

/// <summary>What all doors demand of schemas, each by its own names of the fields.</summary>
internal static class SchemaChecks
{
    /// <summary>Refuses a form whose schema is none, or that is strict and asks for what cannot be checked.</summary>
    /// <param name="format">The form; null for text.</param>
    /// <param name="param">Where the door has the schema.</param>
    /// <exception cref="MillraceException">The schema is refused; the message names the place in it.</exception>
    public static void Require(ChatResponseFormat? format, string param)
    {
        if (format?.Schema is { } schema) Compile(schema, format.Strict, param);
    }

    /// <summary>Refuses strict tools whose arguments cannot be checked. Those of others are the model's business.</summary>
    /// <param name="tools">The tools.</param>
    /// <param name="path">Where the door has a tool's schema, behind its index.</param>
    /// <exception cref="MillraceException">A schema is refused; the message names the place in it.</exception>
    public static void Require(IReadOnlyList<ChatTool> tools, string path)
    {
        for (var i = 0; i < tools.Count; i++)
            if (tools[i] is { Strict: true, ParametersSchema: { Length: > 0 } schema })
                Compile(schema, isChecked: true, $"tools[{i}].{path}");
    }

    private static void Compile(string schema, bool isChecked, string param)
    {
        try
        {
            JsonSchema.Compile(schema, isChecked);
        }
        catch (SchemaException refused)
        {
            var reason = refused.IsUnsupported ? Reason.UnsupportedParameter : Reason.InvalidArgument;
            throw new MillraceException(reason, $"'{param}' cannot be used as a JSON schema: {refused.Message}.", refused)
            {
                Param = param,
            };
        }
    }
}
