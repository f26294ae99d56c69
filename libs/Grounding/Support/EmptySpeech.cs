using System.Collections.Frozen;

namespace Millrace.Grounding.Support;

/// <summary>Knows sentences that state nothing of the world, so that no source has to support them.</summary>
internal static class EmptySpeech
{
    private static readonly FrozenSet<string> Courtesies = """
        hello hi hey welcome thanks thank sure certainly absolutely sorry apologies apologize apologise glad happy help assist question
        questions know hope ask feel free further else anything let answer great good morning afternoon evening day today nice pleasure
        course okay ok yes here there below following summary detail details information information's assistance need needs want
        regarding about clarify clarification based document documents context text passage passages source sources provided step steps
        """.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)
        .Select(word => Vocabulary.TermOf(word) ?? word).ToFrozenSet(StringComparer.Ordinal);

    // Each with the words in this order, whatever stands between them.
    private static readonly string[][] Refusals =
    [
        ["not", "enough", "information"], ["n't", "enough", "information"], ["not", "sufficient", "information"],
        ["insufficient", "information"], ["no", "information"], ["not", "know"], ["n't", "know"],
        ["not", "mention"], ["n't", "mention"], ["not", "specif"], ["n't", "specif"], ["not", "stated", "in"], ["not", "say"],
        ["n't", "say"], ["not", "provide", "information"], ["n't", "provide", "information"], ["not", "find"], ["n't", "find"],
        ["cannot", "find"], ["cannot", "answer"], ["n't", "answer"], ["not", "able", "to", "answer"], ["unable", "to", "answer"],
        ["unable", "to", "find"], ["not", "contain", "information"], ["n't", "contain", "information"], ["no", "mention"],
        ["cannot", "determine"], ["n't", "determine"], ["not", "possible", "to", "determine"], ["not", "certain"], ["not", "sure"],
    ];

    // Who a refusal speaks of: the writer, or what was read.
    private static readonly FrozenSet<string> Speakers = FrozenSet.ToFrozenSet(
    [
        "i", "i'm", "we", "document", "documents", "context", "text", "passage", "passages", "source", "sources", "information", "article",
        "it", "there", "materials", "excerpt", "excerpts", "knowledge",
    ], StringComparer.Ordinal);

    private const int SpeakerWordsMax = 8;

    /// <summary>Whether a sentence states nothing: a question, a courtesy, an announcement, or that the writer does not know.</summary>
    public static bool StatesNothing(string sentence)
    {
        var trimmed = sentence.AsSpan().TrimEnd(" \"')”’*_\n");
        if (trimmed.IsEmpty || trimmed[^1] == '?') return true;
        var words = WordReader.Read(sentence, new WordCache());
        var terms = words.Where(word => word.Term is not null).ToList();
        if (terms.TrueForAll(word => Courtesies.Contains(word.Term!))) return true;
        return (trimmed[^1] == ':' && Announces(words)) || Refuses(words);
    }

    // "The steps are as follows:", but not "It costs 5 euros:".
    private static bool Announces(List<Word> words) =>
        !words.Exists(word => word.IsName) && !words.Exists(word => word.Text.Any(char.IsAsciiDigit));

    private static bool Refuses(List<Word> words)
    {
        var isSpoken = words.Take(SpeakerWordsMax).Any(word => Speakers.Contains(word.Text));
        return isSpoken && Refusals.Any(refusal => Follows(words, refusal)) && !words.Exists(word => Contradicts(word.Text));
    }

    // "The document does not say when, but it costs five euros" states something after all.
    private static bool Contradicts(string word) => word is "but" or "however" or "although" or "though" or "because" or "since";

    private static bool Follows(List<Word> words, string[] refusal)
    {
        var next = 0;
        foreach (var word in words)
        {
            if (!IsForm(word.Text, refusal[next])) continue;
            if (++next == refusal.Length) return true;
        }

        return false;
    }

    private static bool IsForm(string word, string part) =>
        part == "n't" ? word.EndsWith(part, StringComparison.Ordinal)
        : part.Length > 3 ? word.StartsWith(part, StringComparison.Ordinal)
        : word == part;
}
