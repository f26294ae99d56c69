using Millrace.Guardrails.Checks;
using Millrace.Guardrails.Policies;
using Millrace.Guardrails.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Topics;

/// <summary>
/// Compares each text of the user's with the topics. A long text is compared piece by piece: one piece of a denied topic is enough, and one
/// of an allowed topic as well. Only the last text is held to the allowed topics, and only when it says enough. Safe for use by several
/// threads.
/// </summary>
internal sealed class TopicRails(PolicyCatalog policies, TopicEncoder encoder, TopicVectors vectors, ILogger<TopicRails> logger)
    : ITopicRails
{
    private const int PieceCharsMax = 800;
    private const int PiecesMax = 64;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TopicMatch>> CheckAsync(InputCheck input, CancellationToken cancellationToken)
    {
        var policy = policies.Get(input.Tenant, input.Policy);
        return policy.Options.Topics.HasTopics ? new(FindAsync(policy, input, cancellationToken)) : new([]);
    }

    private async Task<IReadOnlyList<TopicMatch>> FindAsync(GuardPolicy policy, InputCheck input, CancellationToken cancellationToken)
    {
        var texts = Pieces(input);
        if (texts.Count == 0) return [];
        try
        {
            var topics = await vectors.OfAsync(policy, cancellationToken);
            var pieces = await encoder.EncodeAsync(policy.Options.Topics, [.. texts.Select(piece => piece.Text)], cancellationToken);
            return [.. Matches(policy.Options.Topics, topics, input, texts.Select((piece, at) => (piece.TextIndex, pieces[at])))];
        }
        catch (MillraceException error) when (!cancellationToken.IsCancellationRequested)
        {
            GuardrailsLog.TopicsUnknown(logger, policy.Version, error.Reason, policy.Options.Topics.FailOpen);
            if (policy.Options.Topics.FailOpen) return [];
            throw new MillraceException(
                Reason.UpstreamUnavailable, "The topics of the request could not be checked: embeddings are not available. Try again.");
        }
    }

    private static IEnumerable<TopicMatch> Matches(
        TopicOptions options, IReadOnlyList<EncodedTopic> topics, InputCheck input, IEnumerable<(int TextIndex, float[] Vector)> pieces)
    {
        var byText = pieces.GroupBy(piece => piece.TextIndex, piece => piece.Vector).ToList();
        foreach (var text in byText)
            foreach (var topic in topics.Take(options.Deny.Count))
                if (topic.SimilarityTo(text) is var similarity && similarity >= topic.Topic.Threshold)
                    yield return new TopicMatch(text.Key, topic.Topic.Rule, Above(topic.Topic.Threshold, similarity));

        var last = byText[^1];
        if (options.Allow.Count == 0 || WordsOf(input.Texts[last.Key]) < options.AllowWordsMin) yield break;
        var nearest = topics.Skip(options.Deny.Count).MaxBy(topic => topic.SimilarityTo(last) - topic.Topic.Threshold)!;
        if (nearest.SimilarityTo(last) is var reached && reached < nearest.Topic.Threshold)
            yield return new TopicMatch(last.Key, Topic.OffTopicRule, Below(nearest.Topic.Threshold, reached));
    }

    // The threshold is a half, and what cannot be nearer or farther is 1, so that scores of all topics and models compare.
    private static float Above(float threshold, float similarity) => Math.Min(1, 0.5f + ((similarity - threshold) / (1 - threshold) / 2));

    private static float Below(float threshold, float similarity) => Math.Min(1, 0.5f + ((threshold - similarity) / threshold / 2));

    private static int WordsOf(string text) => text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Length;

    private static List<(int TextIndex, string Text)> Pieces(InputCheck input)
    {
        List<(int, string)> pieces = [];

        // The last texts first: where there are too many pieces, it is the oldest that are left out.
        for (var index = input.Texts.Count - 1; index >= 0; index--)
        {
            if (input.Scopes.Count > 0 && input.Scopes[index] != RuleScope.User) continue;
            var text = input.Texts[index];
            for (var start = 0; start < text.Length && pieces.Count < PiecesMax; start += PieceCharsMax)
                if (text.AsSpan(start, Math.Min(PieceCharsMax, text.Length - start)).Trim() is { IsEmpty: false } piece)
                    pieces.Add((index, piece.ToString()));
        }

        pieces.Reverse();
        return pieces;
    }
}
