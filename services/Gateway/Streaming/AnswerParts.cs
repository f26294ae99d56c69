using System.Text;
using System.Text.Json;
using Millrace.Gateway.Citations;
using Millrace.Gateway.Explaining;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Streaming;

/// <summary>The JSON that streamed and whole answers have in common.</summary>
internal static class AnswerParts
{
    public static string FinishReason(ChatFinishReason reason) => reason switch
    {
        ChatFinishReason.Length => "length",
        ChatFinishReason.ContentFilter => "content_filter",
        ChatFinishReason.ToolCalls => "tool_calls",
        _ => "stop",
    };

    public static void WriteUsage(Utf8JsonWriter json, ChatUsage usage) => JsonSerializer.Serialize(
        Named(json, "usage"),
        new UsageJson(
            usage.PromptTokens,
            usage.CompletionTokens,
            usage.PromptTokens + usage.CompletionTokens,
            new PromptTokensJson(usage.CachedTokens),
            new CompletionTokensJson()),
        AnswerJson.Default.UsageJson);

    public static void WriteAnnotations(Utf8JsonWriter json, IEnumerable<Citation> citations) => JsonSerializer.Serialize(
        Named(json, "annotations"), [.. citations.Select(Annotation)], AnswerJson.Default.AnnotationJsonArray);

    public static void WriteReport(Utf8JsonWriter json, AnswerReport report)
    {
        var (facts, citations) = (report.Report, report.Citations);
        var body = new ReportJson(
            [.. citations.Select(Describe)],
            facts.Citations.Dropped,
            facts.Citations.Moved,
            [.. facts.Degraded],
            facts.Passages is { } passages ? new RetrievalJson(passages) : null,
            new TruncationJson(facts.PassagesDropped, facts.MessagesDropped),
            Describe(facts.Timeline),
            facts.StoredMessageIds is { } stored ? [.. stored] : null);
        JsonSerializer.Serialize(Named(json, "millrace"), body, AnswerJson.Default.ReportJson);
    }

    public static void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<TokenLogprob> tokens)
    {
        if (tokens.Count == 0) json.WriteNull("logprobs"u8);
        else JsonSerializer.Serialize(
            Named(json, "logprobs"), new LogprobsJson([.. tokens.Select(Describe)]), AnswerJson.Default.LogprobsJson);
    }

    /// <summary>Citations as they are kept beside a stored answer; empty for none.</summary>
    public static string Stored(IReadOnlyList<Citation> citations) => citations.Count == 0
        ? string.Empty
        : JsonSerializer.Serialize(
            [.. citations.Select(citation => new StoredCitationJson(citation.Start, citation.End, Describe(citation)))],
            AnswerJson.Default.StoredCitationJsonArray);

    private static Utf8JsonWriter Named(Utf8JsonWriter json, string name)
    {
        json.WritePropertyName(name);
        return json;
    }

    private static AnnotationJson Annotation(Citation citation) => new(
        "url_citation",
        new UrlCitationJson(citation.Start, citation.End, citation.Title, citation.Url),
        new AnnotationExtensionJson(citation.Number, citation.Supported));

    private static CitationJson Describe(Citation citation) => new(
        citation.Number,
        citation.DocumentId,
        citation.Collection,
        citation.Title,
        citation.Quote,
        citation.SourceStart,
        citation.SourceLength,
        citation.DocumentVersion,
        citation.Supported);

    private static TimingsJson Describe(RunTimeline timeline) => new(
        Math.Round(timeline.Elapsed.TotalMilliseconds, 3),
        Math.Round(timeline.Model.TotalMilliseconds, 3),
        Math.Round(timeline.Overhead.TotalMilliseconds, 3));

    private static TokenJson Describe(TokenLogprob token) =>
        new(Text(token), token.Logprob, Bytes(token), [.. token.Top.Select(top => new TopTokenJson(Text(top), top.Logprob, Bytes(top)))]);

    private static string Text(TokenLogprob token) => Encoding.UTF8.GetString(token.Token.Span);

    private static int[] Bytes(TokenLogprob token) => [.. token.Token.ToArray().Select(value => (int)value)];
}
