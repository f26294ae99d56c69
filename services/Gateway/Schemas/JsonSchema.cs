using System.Text;
using System.Text.Json;

namespace Millrace.Gateway.Schemas;

/// <summary>
/// A JSON schema (draft 2020-12) that values are held to. All of its vocabularies for validation are there but <c>unevaluated...</c> and
/// <c>$dynamicRef</c>; <c>format</c> and all that is not a keyword are notes. Patterns run in time that is linear in the text.
/// </summary>
internal sealed class JsonSchema
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = SchemaLimits.DepthMax, AllowDuplicateProperties = false };

    private static readonly JsonDocumentOptions ForValues = new()
    {
        MaxDepth = SchemaLimits.ValueDepthMax, AllowDuplicateProperties = false,
    };

    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>Reads a schema.</summary>
    /// <param name="text">The schema as JSON.</param>
    /// <param name="isChecked">Whether values will be held to it: then what cannot be checked is refused, and else passed over.</param>
    /// <exception cref="SchemaException">It is no JSON schema, too large, or asks for what is not checked.</exception>
    public static JsonSchema Compile(string text, bool isChecked = true)
    {
        if (Encoding.UTF8.GetByteCount(text) > SchemaLimits.BytesMax)
            throw new SchemaException(string.Empty, $"must have at most {SchemaLimits.BytesMax} bytes");
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return new JsonSchema(SchemaCompiler.Compile(document.RootElement.Clone(), isChecked));
        }
        catch (JsonException error)
        {
            throw new SchemaException(
                string.Empty, $"must be JSON of at most {SchemaLimits.DepthMax} levels, no name twice in an object: {Place(error)}");
        }
        catch (InvalidOperationException)
        {
            throw new SchemaException(string.Empty, "has text that is not valid Unicode: remove unpaired surrogates");
        }
    }

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    /// <param name="text">The value as JSON. What is not JSON is wrong as a whole.</param>
    public Violation? FindViolation(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, ForValues);
            return FindViolation(document.RootElement);
        }
        catch (JsonException)
        {
            // The parser's own words would quote the value.
            return ValuePath.Root.Wrong("is not JSON");
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape.
            return ValuePath.Root.Wrong("has text that is not valid Unicode");
        }
    }

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public Violation? FindViolation(JsonElement value)
    {
        var run = new SchemaRun();
        var wrong = _root.Check(value, ValuePath.Root, run);
        // A check that was given up may have taken "not known" for "does not fit" on the way.
        return run.IsOver ? ValuePath.Root.Wrong(SchemaNode.TooMuch) : wrong;
    }

    private static string Place(JsonException error) => error is { LineNumber: { } line, BytePositionInLine: { } position }
        ? $"line {line + 1}, byte {position + 1}"
        : "a name is there twice";
}
