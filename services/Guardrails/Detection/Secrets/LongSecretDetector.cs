namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>
/// Secrets that may be longer than anything else is held back for: private keys in PEM, and JSON web tokens. Once its head is read, such a
/// secret is reported piece by piece, each overlapping the one before by a character, so that the pieces are masked as one stretch however
/// long it is.
/// </summary>
internal sealed class LongSecretDetector : Detector
{
    /// <summary>Longest piece, in characters.</summary>
    public const int PieceChars = 512;

    private static readonly LongSecret[] Kinds = [new PemSecret(), new TokenSecret()];

    public override IReadOnlyList<string> Rules { get; } = [.. Kinds.Select(kind => kind.Rule)];

    public override int CharsMax => PieceChars + LongSecret.LookAheadMax;

    public override bool ReadsFolded => true;

    public override Detection Begin() => new LongSecretDetection();

    private sealed class LongSecretDetection : Detection
    {
        // Which kind the text is inside of, or -1, and how many characters of it have gone by.
        private int _kind = -1;
        private int _taken;

        public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
        {
            while (start < text.Length)
            {
                var next = _kind < 0 ? Enter(text, start, isEnd) : Pass(text, start, isEnd, found);
                if (next < 0) return start + ~next;
                start = next;
            }

            return start;
        }

        // To the head of a secret, or to the end; the complement of how far it is certain when more text is needed.
        private int Enter(ReadOnlySpan<char> text, int start, bool isEnd)
        {
            Span<int> marks = stackalloc int[Kinds.Length];
            marks.Fill(-1);
            for (var position = start; ; position++)
            {
                var kind = NextMark(text, position, marks);
                if (kind < 0) break;

                position = marks[kind];
                var head = Kinds[kind].HeadAt(text, position, isEnd);
                if (!head.IsDecided) return ~(position - start);
                if (head.Length == 0) continue;
                (_kind, _taken) = (kind, 0);
                return position;
            }

            var certain = isEnd ? text.Length : Partial(text, start);
            return certain == text.Length ? certain : ~(certain - start);
        }

        // The kind whose mark comes next, or -1. Every mark is looked for only behind where it was found before: once over the text in all.
        private static int NextMark(ReadOnlySpan<char> text, int start, Span<int> marks)
        {
            var next = -1;
            for (var i = 0; i < marks.Length; i++)
            {
                if (marks[i] < start)
                {
                    var at = start < text.Length ? text[start..].IndexOf(Kinds[i].Mark, StringComparison.Ordinal) : -1;
                    marks[i] = at < 0 ? int.MaxValue : start + at;
                }

                if (marks[i] < int.MaxValue && (next < 0 || marks[i] < marks[next])) next = i;
            }

            return next;
        }

        // Where the end of the text may become the start of a mark.
        private static int Partial(ReadOnlySpan<char> text, int start)
        {
            var first = text.Length;
            foreach (var kind in Kinds) first = Math.Min(first, kind.PartialMark(text, start));
            return first;
        }

        private int Pass(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
        {
            var secret = Kinds[_kind];
            var window = text[..Math.Min(text.Length, start + PieceChars + LongSecret.LookAheadMax)];
            var isFull = window.Length - start == PieceChars + LongSecret.LookAheadMax;
            var end = secret.EndOf(window, start, isEnd && window.Length == text.Length);
            if (end < 0 && !isFull) return ~0;

            var piece = end < 0 ? PieceChars : end - start;
            if (piece > 0) found.Add(_kind, start, piece, score: 1);
            _taken += piece;
            if (end < 0 && _taken < secret.CharsMax) return start + piece - 1;
            _kind = -1;
            return start + piece;
        }
    }
}
