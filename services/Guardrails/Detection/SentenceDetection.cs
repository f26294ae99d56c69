namespace Millrace.Guardrails.Detection;

/// <summary>A sentence detector's way through one text: finds where sentences end, and has each judged once.</summary>
internal sealed class SentenceDetection(SentenceDetector detector) : Detection
{
    private readonly ShiftedCandidates _shifted = new();

    public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
    {
        while (true)
        {
            while (start < text.Length && char.IsWhiteSpace(text[start])) start++;
            var length = SentenceEnd.Find(text[start..], isEnd);
            if (length <= 0) return start;

            var sentence = text.Slice(start, length).TrimEnd();
            detector.Judge(sentence, _shifted.To(found, start));
            start += length;
        }
    }

    /// <summary>Candidates whose positions are those of a sentence.</summary>
    private sealed class ShiftedCandidates : ICandidates
    {
        private ICandidates? _target;
        private int _shift;

        public ShiftedCandidates To(ICandidates target, int shift)
        {
            (_target, _shift) = (target, shift);
            return this;
        }

        public void Add(int rule, int start, int length, float score, string? detail = null) =>
            _target?.Add(rule, start + _shift, length, score, detail);
    }
}
