using Millrace.Grounding;
using Millrace.Guardrails.Evidence;
using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Guardrails.Grounding;

/// <summary>An answer that is to be held to texts.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Policy">Name of the policy; empty for the tenant's default policy.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Contexts">The texts that its writer was given.</param>
/// <param name="Question">What was asked; empty for nothing.</param>
public sealed record GroundedAnswer(string Tenant, string Policy, string Answer, IReadOnlyList<string> Contexts, string Question);

/// <summary>How far an answer is supported, and what becomes of it.</summary>
/// <param name="Sentences">Each sentence, in order.</param>
/// <param name="Score">Support of the whole in [0, 1].</param>
/// <param name="Action">Null when every sentence is supported enough.</param>
/// <param name="Answer">The answer to use; empty when blocked.</param>
/// <param name="PolicyVersion">Version of the policy that decided.</param>
public sealed record GroundingResult(
    IReadOnlyList<SentenceGrounding> Sentences, double Score, UngroundedAction? Action, string Answer, string PolicyVersion);

/// <summary>Holds answers to the texts that their writer was given. Safe for use by several threads.</summary>
public sealed class GroundingCheck(PolicyCatalog policies, FindingReporter reporter)
{
    /// <summary>Rule of unsupported sentences.</summary>
    public const string Rule = "grounding.unsupported";

    private const int ContextsMax = 256;
    private const int ContextCharsMax = 100_000;
    private const int QuestionCharsMax = 10_000;

    /// <summary>Checks an answer.</summary>
    /// <exception cref="MillraceException">There is no such policy, or a text is too long.</exception>
    public GroundingResult Check(GroundedAnswer asked, CancellationToken cancellationToken)
    {
        var set = policies.Current;
        Require(asked, set.Options);
        var policy = set.Get(asked.Tenant, asked.Policy);
        var options = policy.Options.Grounding;
        var sentences = new AnswerGrounding(asked.Contexts, asked.Question).Judge(asked.Answer, cancellationToken);
        var unsupported = sentences.Where(sentence => sentence.Score < options.ScoreMin).ToList();
        reporter.Decided(GuardDirection.Output, policy.Version, [.. unsupported.Select(sentence => ToFinding(sentence, options.Action))]);

        UngroundedAction? action = unsupported.Count == 0 ? null : options.Action;
        var answer = action switch
        {
            UngroundedAction.Replace => options.Replacement,
            UngroundedAction.Block => string.Empty,
            _ => asked.Answer,
        };
        return new GroundingResult(sentences, AnswerGrounding.Overall(sentences), action, answer, policy.Version);
    }

    private static Finding ToFinding(SentenceGrounding sentence, UngroundedAction action) =>
        new(Rule, ActionOf(action), sentence.Span.Start, sentence.Span.Length, (float)(1 - sentence.Score));

    private static RuleAction ActionOf(UngroundedAction action) => action switch
    {
        UngroundedAction.Replace => RuleAction.Mask,
        UngroundedAction.Block => RuleAction.Block,
        _ => RuleAction.Flag,
    };

    private static void Require(GroundedAnswer asked, GuardrailsOptions options)
    {
        if (asked.Contexts.Count > ContextsMax)
            throw MillraceException.InvalidArgument(
                "contexts", $"There are {asked.Contexts.Count} contexts, and {ContextsMax} may be given. Send fewer.");
        for (var i = 0; i < asked.Contexts.Count; i++) RequireLength($"contexts[{i}]", asked.Contexts[i].Length, ContextCharsMax);
        RequireLength("contexts", asked.Contexts.Sum(context => (long)context.Length), options.GroundingContextCharsMax);
        RequireLength("answer", asked.Answer.Length, options.GroundingAnswerCharsMax);
        RequireLength("question", asked.Question.Length, QuestionCharsMax);
    }

    private static void RequireLength(string name, long chars, int charsMax)
    {
        if (chars > charsMax)
            throw MillraceException.InvalidArgument(
                name, $"'{name}' has {chars} characters, and {charsMax} may be given. Send what the model was given, no more.");
    }
}
