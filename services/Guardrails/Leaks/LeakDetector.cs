using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Leaks;

/// <summary>
/// Finds an operator's instructions in an answer: a run of words of a protected text, whatever the case, the marks and the space between
/// them, and the canary that was put into the instructions. Made for one request. Little is held back: only text whose last few words are
/// a run, and an unfinished canary.
/// </summary>
public sealed class LeakDetector : Detector
{
    /// <summary>Fewest words of a run that is a leak; a text of fewer words is not protected.</summary>
    public const int WordsMin = 8;

    /// <summary>Words that a run has before it is held back: those before are out when it turns out to be one.</summary>
    internal const int WordsHeldFrom = 4;

    /// <summary>Most words that are held back; a longer run is reported in parts.</summary>
    internal const int WordsMax = 24;

    internal const int InstructionsRule = 0;
    internal const int CanaryRule = 1;

    // Words of all protected texts; what is beyond is not protected.
    private const int ProtectedWordsMax = 50_000;

    private readonly WordAutomaton _automaton = new();
    private readonly string _canary;

    /// <summary>Prepares a detector.</summary>
    /// <param name="protectedTexts">The operator's instructions.</param>
    /// <param name="canary">The canary; empty for none.</param>
    public LeakDetector(IReadOnlyList<string> protectedTexts, string canary)
    {
        _canary = canary;
        var left = ProtectedWordsMax;
        foreach (var words in protectedTexts.Select(WordReader.Read).Where(words => words.Count >= WordsMin))
        {
            _automaton.Add(words.Take(left));
            left = Math.Max(0, left - words.Count);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Rules { get; } = ["leak.instructions", "leak.canary"];

    /// <inheritdoc/>
    public override int CharsMax => (WordsMax + 1) * 2 * WordReader.CharsMax;

    /// <inheritdoc/>
    public override Detection.Detection Begin() => new LeakDetection(_automaton, new CanaryMatcher(_canary));
}
