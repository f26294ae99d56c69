using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Parsing;

/// <summary>The refusals of documents, each with what was met and what to do.</summary>
internal static class ParsingErrors
{
    private const string Param = "content";

    /// <summary>The document meets a limit.</summary>
    /// <param name="what">What there is too much of, such as <c>The document has more than 50000 sections.</c></param>
    /// <param name="setting">Name of the setting that says so.</param>
    /// <param name="remedy">What to do with the document.</param>
    public static MillraceException OverLimit(string what, string setting, string remedy = "Split the document") => new(
        Reason.PayloadTooLarge, $"{what} {remedy}, or raise {ParsingOptions.Section}:{setting}.") { Param = Param };

    /// <summary>The document took too long. It would do so again, so this is no matter of trying later.</summary>
    public static MillraceException TooSlow(TimeSpan limit) => OverLimit(
        $"The document could not be read within {limit}.", nameof(ParsingOptions.TimeLimit));

    /// <summary>The document is nested too deeply.</summary>
    public static MillraceException TooDeep(int levelsMax, Exception? inner = null) => new(
        Reason.InvalidArgument,
        $"The document is nested too deeply to be read: {levelsMax} levels are allowed. Flatten its lists, quotes or elements.",
        inner)
    { Param = Param };

    /// <summary>The document is not what its media type says.</summary>
    /// <param name="what">What is wrong, as a sentence.</param>
    /// <param name="inner">What the reader of the format said; stays in the log.</param>
    public static MillraceException Damaged(string what, Exception? inner = null) =>
        new(Reason.InvalidArgument, what, inner) { Param = Param };
}
