using System.Xml;

namespace Millrace.Retrieval.Parsing.Xml;

/// <summary>XML from anybody: no document type definition, nothing fetched, everything counted.</summary>
internal static class SafeXml
{
    /// <summary>How to read it.</summary>
    public static XmlReaderSettings Settings(ParsingBudget budget) => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = false,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = Math.Max(budget.Limits.ArchiveBytesMax, 4L * budget.Limits.TextCharsMax),
    };

    /// <summary>Runs a walk and turns what the reader has to complain of into a refusal.</summary>
    /// <param name="what">What is read, as the beginning of a sentence.</param>
    /// <param name="walk">The walk.</param>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It is no XML that may be read.</exception>
    public static void Guard(string what, Action walk)
    {
        try
        {
            walk();
        }
        catch (XmlException error)
        {
            throw ParsingErrors.Damaged(
                $"{what} is not valid XML, or has a document type definition, which is not read: the error is at line {error.LineNumber}, "
                + $"position {error.LinePosition}. Correct it.",
                error);
        }
    }
}
