using System.Globalization;
using System.Text.Json;

namespace Millrace.Retrieval.Parsing.Json;

/// <summary>
/// JSON and JSON lines. Objects are sections whose breadcrumb is their path; what is below the third level, and every record of an array
/// or line, is written as <c>path: value</c> lines of its own paragraph.
/// </summary>
internal sealed class JsonDocumentParser : IDocumentParser
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> MediaTypes => [Parsing.MediaTypes.Json, Parsing.MediaTypes.JsonLines];

    /// <inheritdoc/>
    public void Parse(DocumentSource source, DocumentTextBuilder builder)
    {
        if (source.MediaType == Parsing.MediaTypes.JsonLines) AddLines(source.Text(), builder);
        else AddDocument(source.Text(), builder);
    }

    private static void AddDocument(string text, DocumentTextBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(text)) return;
        using var document = Read(text, "The document", builder.Budget);
        new JsonWalk(builder).Root(document.RootElement);
    }

    private static void AddLines(string text, DocumentTextBuilder builder)
    {
        var walk = new JsonWalk(builder);
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsMemory()[range].Trim();
            if (line.Length == 0) continue;
            using var record = Read(line, string.Create(CultureInfo.InvariantCulture, $"Line {number}"), builder.Budget);
            walk.Record(record.RootElement);
        }
    }

    private static JsonDocument Read(string text, string what, ParsingBudget budget) => Read(text.AsMemory(), what, budget);

    private static JsonDocument Read(ReadOnlyMemory<char> text, string what, ParsingBudget budget)
    {
        budget.Stop.ThrowIfCancellationRequested();
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions
            {
                MaxDepth = budget.Limits.NestingMax, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
            });
        }
        catch (JsonException error)
        {
            var where = string.Create(
                CultureInfo.InvariantCulture, $"line {(error.LineNumber ?? 0) + 1}, byte {error.BytePositionInLine ?? 0}");
            throw ParsingErrors.Damaged(
                $"{what} is not valid JSON, or is nested deeper than {budget.Limits.NestingMax} levels: the error is at {where}. Correct "
                + "it, or upload the file as text/plain.",
                error);
        }
    }
}
