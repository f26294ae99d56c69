using System.Collections.Frozen;

namespace Millrace.Guardrails.Injection;

/// <summary>One step of a phrase: a mark (<c>###</c>), or words of a set, each letter in either case.</summary>
internal sealed class PhraseStep
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _words;

    private PhraseStep(string[] options) =>
        _words = options.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The marks or words, any of which fits.</summary>
    public required string[] Options { get; init; }

    /// <summary>Whether options are whole words, set apart by space, rather than marks.</summary>
    public required bool IsWord { get; init; }

    /// <summary>How many of them may follow each other at most.</summary>
    public int CountMax { get; init; } = 1;

    /// <summary>Whether the phrase holds without it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Up to a number of words of a set, or none.</summary>
    public static PhraseStep Filler(int countMax, params string[] options) =>
        new(options) { Options = options, IsWord = true, CountMax = countMax, IsOptional = true };

    /// <summary>One word of a set.</summary>
    public static PhraseStep Word(params string[] options) =>
        new(options) { Options = options, IsWord = true };

    /// <summary>One mark of a set; space may stand before it.</summary>
    public static PhraseStep Mark(params string[] options) => new(options) { Options = options, IsWord = false };

    /// <summary>Whether a whole word is in the set.</summary>
    public bool Contains(ReadOnlySpan<char> word) => _words.Contains(word);

    /// <summary>Whether something unfinished may still become an option.</summary>
    public bool MayBecome(ReadOnlySpan<char> unfinished)
    {
        foreach (var option in Options)
            if (option.AsSpan().StartsWith(unfinished, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>Whether an option starts with this character.</summary>
    public bool CanStart(char first) => MayBecome([first]);
}
