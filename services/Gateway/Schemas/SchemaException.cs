namespace Millrace.Gateway.Schemas;

/// <summary>A JSON schema cannot be used.</summary>
/// <param name="pointer">Where in the schema, as a JSON pointer; empty for the whole.</param>
/// <param name="what">What is wrong there, as the end of a sentence that begins with the place.</param>
internal sealed class SchemaException(string pointer, string what) : Exception($"{SchemaPlace.Describe(pointer)} {what}")
{
    /// <summary>Where in the schema; empty for the whole.</summary>
    public string Pointer { get; } = pointer;

    /// <summary>Whether the schema is a good one that asks for what is not checked here.</summary>
    public bool IsUnsupported { get; init; }
}
