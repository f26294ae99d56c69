using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>
/// Recognisers as one detector: patterns and lists that a tenant has go through a text beside the catalog's rules, so that how many there
/// are costs nobody else anything. Immutable.
/// </summary>
internal sealed class RecogniserDetector : Detector
{
    private const int AsciiCount = 128;

    private readonly IReadOnlyList<Recogniser> _recognisers;
    private readonly int[][] _startingAt;
    private readonly int[] _startingBeyondAscii;

    private RecogniserDetector(IReadOnlyList<Recogniser> recognisers)
    {
        _recognisers = recognisers;
        Rules = [.. recognisers.Select(recogniser => recogniser.Rule)];
        CharsMax = recognisers.Max(recogniser => recogniser.CharsMax);
        ReadsFolded = recognisers[0].ReadsFolded;
        _startingAt = [.. Enumerable.Range(0, AsciiCount).Select(code => Starting(recogniser => recogniser.CanStart((char)code)))];
        _startingBeyondAscii = Starting(recogniser => !recogniser.StartsWithAscii);
    }

    public override IReadOnlyList<string> Rules { get; }

    public override int CharsMax { get; }

    public override bool ReadsFolded { get; }

    /// <summary>The detectors of recognisers, one for those that read a text in the same way.</summary>
    public static IEnumerable<Detector> Of(IReadOnlyList<Recogniser> recognisers) =>
        recognisers.GroupBy(recogniser => recogniser.ReadsFolded).Select(alike => new RecogniserDetector([.. alike]));

    public override Detection.Detection Begin() => new Run(this);

    private int[] Starting(Func<Recogniser, bool> can) =>
        [.. Enumerable.Range(0, _recognisers.Count).Where(index => can(_recognisers[index]))];

    // A recogniser sees the same window however the text was cut. Undecided on a full one means that nothing short enough is there.
    private static Match Ask(Recogniser recogniser, ReadOnlySpan<char> text, int position, bool isEnd)
    {
        var start = Math.Max(0, position - Recogniser.LookBehindMax);
        var end = Math.Min(text.Length, position + recogniser.CharsMax);
        var match = recogniser.MatchAt(text[start..end], position - start, isEnd && end == text.Length);
        return match.IsDecided || !(isEnd || end - position == recogniser.CharsMax) ? match : Match.None;
    }

    private sealed class Run(RecogniserDetector owner) : Detection.Detection
    {
        private readonly List<(int Rule, Match Match)> _here = [];

        public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
        {
            for (; start < text.Length; start++)
            {
                var c = text[start];
                var starting = c < AsciiCount ? owner._startingAt[c] : owner._startingBeyondAscii;
                if (starting.Length == 0) continue;
                if (!TryFind(starting, text, start, isEnd)) break;
                foreach (var (rule, match) in _here) found.Add(rule, start, match.Length, match.Score);
            }

            return start;
        }

        // Asks the recognisers; false when one of them cannot tell yet.
        private bool TryFind(int[] starting, ReadOnlySpan<char> text, int position, bool isEnd)
        {
            _here.Clear();
            foreach (var index in starting)
            {
                var recogniser = owner._recognisers[index];
                if (!recogniser.CanStart(text[position])) continue;
                if (position + 1 < text.Length && !recogniser.CanBeSecond(text[position + 1])) continue;
                var match = Ask(recogniser, text, position, isEnd);
                if (!match.IsDecided) return false;
                if (match.Length > 0) _here.Add((index, match));
            }

            return true;
        }
    }
}
