using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// Phrases that try to take a model over. A high score is a phrase that has no other use; a low one also occurs in honest text, and
/// a policy's threshold decides whether it blocks.
/// </summary>
internal static class InjectionPhrases
{
    // An article quotes them as well; what a classifier is sure of goes before.
    private const float StrongScore = 0.55f;

    // People become an aunt now, and describe a system: flagged, and blocked where the whole sentence is an attack.
    private const float WeakScore = 0.45f;

    private static readonly string[] Unspecific = ["the", "of", "any", "my", "our", "these", "those", "system", "and"];
    private static readonly string[] Specific = ["all", "previous", "prior", "above", "earlier", "preceding", "your"];

    public static IReadOnlyList<Recogniser> All { get; } =
    [
        new PhraseRecogniser(
            "injection.ignore_instructions",
            StrongScore,
            PhraseStep.Word("ignore", "disregard", "forget", "override", "bypass"),
            PhraseStep.Filler(4, Unspecific),
            PhraseStep.Word(Specific),
            PhraseStep.Filler(6, [.. Unspecific, .. Specific]),
            PhraseStep.Word("instruction", "instructions", "prompt", "prompts", "rules", "directions", "guidelines")),
        new PhraseRecogniser(
            "injection.role_change",
            WeakScore,
            PhraseStep.Word("you"),
            PhraseStep.Word("are"),
            PhraseStep.Word("now"),
            PhraseStep.Word("a", "an")),
        new PhraseRecogniser("injection.system_turn", WeakScore, PhraseStep.Word("system"), PhraseStep.Mark(":")) { AtLineStart = true },
        new PhraseRecogniser("injection.system_mention", 0.3f, PhraseStep.Word("system"), PhraseStep.Mark(":")),
        new PhraseRecogniser(
            "injection.chat_markup",
            StrongScore,
            PhraseStep.Mark(
                "<|im_start|>", "<|im_end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|endoftext|>", "<|eot_id|>",
                "<|start_header_id|>")),
        new PhraseRecogniser(
            "injection.section_header",
            0.8f,
            PhraseStep.Mark("###"),
            PhraseStep.Mark("instruction", "system")),
    ];

    /// <summary>The score of the surest phrase in a text; 0 for none.</summary>
    public static float ScoreOf(ReadOnlySpan<char> text)
    {
        var score = 0f;
        for (var start = 0; start < text.Length; start++)
            foreach (var phrase in All)
                if (phrase.CanStart(text[start]) && IsStart(phrase, text, start))
                    score = Math.Max(score, phrase.MatchAt(text, start, isEnd: true).Score);
        return score;
    }

    private static bool IsStart(Recogniser phrase, ReadOnlySpan<char> text, int start) =>
        !phrase.StartsAtWord || start == 0 || !Chars.IsWord(text[start - 1]);
}
