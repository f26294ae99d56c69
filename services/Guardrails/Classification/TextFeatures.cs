namespace Millrace.Guardrails.Classification;

/// <summary>
/// What a classifier sees of a text: runs of three, four and five characters, and runs of one, two and three words, each as a hash.
/// The text is read once, in lower case, with white space as one space and every digit as 0. An ideograph or a kana is a word of its own.
/// </summary>
/// <remarks>Training and serving both read texts here, so that a model is asked about exactly what it was taught.</remarks>
internal static class TextFeatures
{
    // There are several times as many runs of characters as there are words, and they repeat what their neighbours say.
    private const int WordWeight = 3;

    private const ulong Three = 0x9E3779B97F4A7C15;
    private const ulong Four = 0xC2B2AE3D27D4EB4F;
    private const ulong Five = 0x165667B19E3779F9;
    private const ulong Word = 0xD6E8FEB86659FD93;
    private const ulong Pair = 0xA0761D6478BD642F;
    private const ulong Triple = 0xE7037ED1A0B428DB;
    private const ulong ThreeChars = 0x0000_FFFF_FFFF_FFFF;

    private static readonly char[] Ascii = [.. Enumerable.Range(0, 128).Select(code => Fold((char)code))];

    /// <summary>Reads a text.</summary>
    public static void Read<TSink>(ReadOnlySpan<char> text, ref TSink sink)
        where TSink : IFeatureSink, allows ref struct
    {
        var runs = default(Runs);
        runs.Push(' ', ref sink);
        foreach (var c in text)
        {
            var folded = c < 128 ? Ascii[c] : Fold(c);
            if (folded == ' ' && runs.EndsInSpace) continue;
            runs.Push(folded, ref sink);
        }

        if (!runs.EndsInSpace) runs.Push(' ', ref sink);
    }

    /// <summary>Hash of something that is no text, such as the name of a rule that fits.</summary>
    public static ulong HashOf(string name)
    {
        var hash = Word;
        foreach (var c in name) hash = Mix(hash ^ c, Triple);
        return hash;
    }

    private static char Fold(char c) =>
        char.IsWhiteSpace(c) || char.IsControl(c) ? ' ' : char.IsDigit(c) ? '0' : char.ToLowerInvariant(c);

    private static ulong Mix(ulong value, ulong factor)
    {
        var product = value * factor;
        return product ^ (product >> 29);
    }

    // The last characters and words, from which each further character makes features.
    private struct Runs
    {
        private ulong _chars;
        private ulong _fifth;
        private int _count;
        private ulong _word;
        private ulong _previous;
        private ulong _beforePrevious;

        public readonly bool EndsInSpace => (_chars & 0xFFFF) == ' ';

        public void Push<TSink>(char c, ref TSink sink)
            where TSink : IFeatureSink, allows ref struct
        {
            _fifth = _chars >> 48;
            _chars = (_chars << 16) | c;
            _count++;
            PushRuns(ref sink);
            PushWord(c, ref sink);
        }

        private readonly void PushRuns<TSink>(ref TSink sink)
            where TSink : IFeatureSink, allows ref struct
        {
            if (_count < 3) return;
            sink.Add(Mix(_chars & ThreeChars, Three) * Pair, 1);
            if (_count < 4) return;
            sink.Add(Mix(_chars, Four) * Pair, 1);
            if (_count < 5) return;
            sink.Add(Mix(_chars ^ (_fifth * Triple), Five) * Pair, 1);
        }

        private void PushWord<TSink>(char c, ref TSink sink)
            where TSink : IFeatureSink, allows ref struct
        {
            var isIdeograph = IsIdeograph(c);
            if (_word != 0 && (isIdeograph || !IsOfWord(c))) EndWord(ref sink);
            if (isIdeograph || IsOfWord(c)) _word = Mix(_word ^ c, Word) | 1;
            if (isIdeograph) EndWord(ref sink);
        }

        private void EndWord<TSink>(ref TSink sink)
            where TSink : IFeatureSink, allows ref struct
        {
            sink.Add(Mix(_word, Word) * Pair, WordWeight);
            if (_previous != 0) sink.Add(Mix(_word ^ (_previous * Five), Pair) * Three, WordWeight);
            if (_beforePrevious != 0) sink.Add(Mix(_word ^ (_previous * Five) ^ (_beforePrevious * Four), Triple) * Three, WordWeight);
            (_beforePrevious, _previous, _word) = (_previous, _word, 0);
        }

        private static bool IsOfWord(char c) =>
            c < 128 ? char.IsAsciiLetterOrDigit(c) || c == '\'' : char.IsLetterOrDigit(c) || char.IsSurrogate(c);

        // Kana, ideographs of all planes' first one, and full words of no spaces; Hangul is written with spaces.
        private static bool IsIdeograph(char c) => c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF');
    }
}
