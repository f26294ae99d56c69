using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Leaks;

/// <summary>
/// A leak detector's way through one text. Offsets are those of the whole text. A run is reported from the word that made it long enough to
/// be held back, when it ends or when as much is held as may be.
/// </summary>
internal sealed class LeakDetection(WordAutomaton automaton, CanaryMatcher canary) : Detection.Detection
{
    private const float ScoreMin = 0.6f;

    private readonly Queue<ReadWord> _held = new();
    private WordReader _reader;
    private long _decided;
    private long _read;
    private int _state;
    private int _run;
    private int _runMax;

    public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
    {
        var shift = (int)(start - _decided);
        Span<ReadWord> words = stackalloc ReadWord[2];
        for (var at = (int)(_read + shift); at < text.Length; at++, _read++)
        {
            foreach (var word in words[.._reader.Push(text[at], _read, words)]) Take(word, shift, found);
            if (canary.Push(text[at], _read) is var from and >= 0)
                found.Add(LeakDetector.CanaryRule, (int)(from + shift), (int)(_read + 1 - from), score: 1);
        }

        if (isEnd) End(words, shift, found);
        _decided = isEnd ? _read : Undecided();
        return (int)(_decided + shift);
    }

    private void End(Span<ReadWord> words, int shift, ICandidates found)
    {
        foreach (var word in words[.._reader.End(_read, words)]) Take(word, shift, found);
        Report(_held.Count, shift, found);
    }

    // The word that is being read may be the one from which a run is held back.
    private long Undecided()
    {
        var undecided = _read;
        if (_held.Count > 0) undecided = _held.Peek().Start;
        else if (_run >= LeakDetector.WordsHeldFrom - 1 && _reader.Unfinished >= 0) undecided = _reader.Unfinished;
        return canary.Unfinished >= 0 ? Math.Min(undecided, canary.Unfinished) : undecided;
    }

    private void Take(ReadWord word, int shift, ICandidates found)
    {
        var before = _run;
        if (word.Hash == 0) (_state, _run) = (0, 0);
        else automaton.Read(ref _state, ref _run, word.Hash);

        if (_run <= before) EndRun(shift, found);
        _runMax = _run;
        if (_run >= LeakDetector.WordsHeldFrom) _held.Enqueue(word);
        if (_held.Count == LeakDetector.WordsMax) Report(_held.Count, shift, found);
    }

    // What remains of a run is held on, when it is long enough: the last words may be in the middle of another one.
    private void EndRun(int shift, ICandidates found)
    {
        var kept = Math.Max(0, _run - LeakDetector.WordsHeldFrom);
        if (_runMax >= LeakDetector.WordsMin) Report(_held.Count, shift, found);
        while (_held.Count > kept) _held.Dequeue();
    }

    private void Report(int count, int shift, ICandidates found)
    {
        if (count == 0 || _runMax < LeakDetector.WordsMin) return;
        var start = _held.Peek().Start;
        var end = _held.Last().End;
        found.Add(LeakDetector.InstructionsRule, (int)(start + shift), (int)(end - start), ScoreOf(_runMax));
        _held.Clear();
    }

    // From eight words to as many as are held back.
    private static float ScoreOf(int run) =>
        Math.Min(1, ScoreMin + ((1 - ScoreMin) * (run - LeakDetector.WordsMin) / (LeakDetector.WordsMax - LeakDetector.WordsMin)));
}
