using System.Text.Json.Serialization;

namespace Millrace.Gateway.Streaming;

internal sealed record UsageJson(
    int PromptTokens,
    int CompletionTokens,
    int TotalTokens,
    PromptTokensJson PromptTokensDetails,
    CompletionTokensJson CompletionTokensDetails);

internal sealed record PromptTokensJson(int CachedTokens, int AudioTokens = 0);

internal sealed record CompletionTokensJson(
    int ReasoningTokens = 0, int AudioTokens = 0, int AcceptedPredictionTokens = 0, int RejectedPredictionTokens = 0);

internal sealed record AnnotationJson(string Type, UrlCitationJson UrlCitation, AnnotationExtensionJson Millrace);

internal sealed record UrlCitationJson(int StartIndex, int EndIndex, string Title, string Url);

internal sealed record AnnotationExtensionJson(int Number, double Supported);

internal sealed record ReportJson(
    CitationJson[] Citations,
    int CitationsDropped,
    int CitationsMoved,
    string[] Degraded,
    RetrievalJson? Retrieval,
    TruncationJson Truncation,
    TimingsJson Timings,
    string[]? MessageIds);

internal sealed record CitationJson(
    int Number,
    string DocumentId,
    string Collection,
    string Title,
    string Quote,
    int SourceStart,
    int SourceLength,
    int DocumentVersion,
    double Supported);

internal sealed record StoredCitationJson(int StartIndex, int EndIndex, CitationJson Source);

internal sealed record RetrievalJson(int Passages);

internal sealed record TruncationJson(int PassagesDropped, int MessagesDropped);

internal sealed record TimingsJson(double TotalMs, double ModelMs, double OverheadMs);

internal sealed record LogprobsJson(TokenJson[] Content, TokenJson[]? Refusal = null);

internal sealed record TokenJson(string Token, float Logprob, int[] Bytes, TopTokenJson[] TopLogprobs);

internal sealed record TopTokenJson(string Token, float Logprob, int[] Bytes);

/// <summary>Source-generated JSON of the parts of an answer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageJson))]
[JsonSerializable(typeof(AnnotationJson[]))]
[JsonSerializable(typeof(StoredCitationJson[]))]
[JsonSerializable(typeof(ReportJson))]
[JsonSerializable(typeof(LogprobsJson))]
internal sealed partial class AnswerJson : JsonSerializerContext;
