namespace Millrace.Gateway.Schemas;

/// <summary>How large a schema, and the work of checking a value by it, may be. All are far above what applications use.</summary>
internal static class SchemaLimits
{
    /// <summary>Most bytes of a schema as text.</summary>
    public const int BytesMax = 256 * 1024;

    /// <summary>Most levels of nesting of a schema as text.</summary>
    public const int DepthMax = 64;

    /// <summary>Most schemas within a schema, those of properties and alternatives included.</summary>
    public const int SubschemasMax = 5_000;

    /// <summary>Most values that <c>enum</c> lists, over the whole schema.</summary>
    public const int EnumValuesMax = 5_000;

    /// <summary>Most patterns of a schema.</summary>
    public const int PatternsMax = 200;

    /// <summary>Most characters of a pattern.</summary>
    public const int PatternCharsMax = 1_000;

    /// <summary>Most levels of nesting of a value that is checked.</summary>
    public const int ValueDepthMax = 256;

    /// <summary>Most comparisons of a value with a schema within one check: some hundred milliseconds of work.</summary>
    public const int StepsMax = 2_000_000;
}
