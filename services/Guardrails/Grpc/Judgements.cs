using Millrace.Contracts.Guardrails.V1;
using Millrace.Grounding;
using Millrace.Guardrails.Content;
using Millrace.Guardrails.Grounding;

namespace Millrace.Guardrails.Grpc;

/// <summary>Scores of content and support, as they travel.</summary>
internal static class Judgements
{
    public static GroundedAnswer ToAnswer(this CheckGroundingRequest request) =>
        new(Requests.TenantOf(request.Tenant), request.Policy, request.Answer, request.Contexts, request.Question);

    public static CheckGroundingResponse ToWire(this GroundingResult result)
    {
        var response = new CheckGroundingResponse
        {
            Score = (float)result.Score, Action = ToWire(result.Action), Answer = result.Answer, PolicyVersion = result.PolicyVersion,
        };
        response.Sentences.AddRange(result.Sentences.Select(ToWire));
        return response;
    }

    public static TextModeration ToWire(this IEnumerable<ModerationScore> scores)
    {
        var text = new TextModeration();
        text.Categories.AddRange(scores.Select(score => new CategoryScore
        {
            Category = score.Category.Category, Score = score.Score, Flagged = score.IsFlagged,
        }));
        return text;
    }

    private static SentenceSupport ToWire(SentenceGrounding sentence) => new()
    {
        Start = (uint)sentence.Span.Start,
        Length = (uint)sentence.Span.Length,
        Score = (float)sentence.Score,
        Context = (uint)sentence.Source,
    };

    private static GuardAction ToWire(UngroundedAction? action) => action switch
    {
        UngroundedAction.Flag => GuardAction.Flag,
        UngroundedAction.Replace => GuardAction.Modify,
        UngroundedAction.Block => GuardAction.Block,
        _ => GuardAction.Allow,
    };
}
