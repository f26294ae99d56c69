using Millrace.Guardrails.Checks;

namespace Millrace.Guardrails.Topics;

/// <summary>A topic that a text is of, or that it is of none.</summary>
/// <param name="TextIndex">Index of the text within the request.</param>
/// <param name="Rule">The rule, such as <c>topic.medicine</c> or <c>topic.off_topic</c>.</param>
/// <param name="Score">Confidence in [0.5, 1].</param>
public sealed record TopicMatch(int TextIndex, string Rule, float Score);

/// <summary>Holds what users write to a policy's topics.</summary>
public interface ITopicRails
{
    /// <summary>Finds topics. It answers at once where the policy has none.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">
    /// There is no such policy; or Embedding does not answer, and the policy does not let texts pass then.
    /// </exception>
    ValueTask<IReadOnlyList<TopicMatch>> CheckAsync(InputCheck input, CancellationToken cancellationToken);
}
