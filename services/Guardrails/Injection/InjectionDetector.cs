using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// Finds attacks on a model in the sentences of a text, and in pairs of neighbours, since an attack may be told in two. The rule of a
/// finding names its family; its detail names what it was hidden by.
/// </summary>
/// <remarks>
/// In documents and results of tools nobody asks an assistant for anything. What sounds like a request is found apart from attacks, under
/// <see cref="IndirectRule"/>: a policy lets users ask, and looks at documents that do.
/// </remarks>
internal sealed class InjectionDetector : Detector
{
    /// <summary>The rule of requests to an assistant where none belong.</summary>
    public const string IndirectRule = "injection.indirect";

    private const float ReportedMin = 0.4f;

    // Longer pairs are no attack in two sentences, but two sentences.
    private const int PairCharsMax = 320;

    private readonly InjectionJudge? _judge;
    private readonly float _scoreMin;

    /// <summary>Prepares one with the models of this service, which are read when it is first used.</summary>
    public InjectionDetector() => _scoreMin = ReportedMin;

    /// <summary>Prepares one.</summary>
    /// <param name="judge">Judges sentences.</param>
    /// <param name="scoreMin">Score from which a sentence is reported.</param>
    public InjectionDetector(InjectionJudge judge, float scoreMin) => (_judge, _scoreMin) = (judge, scoreMin);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Rules { get; } = [.. InjectionFamilies.Rules, IndirectRule];

    /// <inheritdoc/>
    public override int CharsMax => SentenceDetector.SentenceCharsMax + 1;

    /// <inheritdoc/>
    public override Detection.Detection Begin() => new Reading(this, _judge ?? InjectionJudge.Default);

    private sealed class Reading(InjectionDetector detector, InjectionJudge judge) : Detection.Detection
    {
        private readonly char[] _pair = new char[PairCharsMax];
        private int _previous;

        public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
        {
            while (true)
            {
                while (start < text.Length && char.IsWhiteSpace(text[start])) start++;
                var length = SentenceEnd.Find(text[start..], isEnd);
                if (length <= 0) return start;

                var sentence = text.Slice(start, length).TrimEnd();
                Report(Judge(sentence), start, sentence.Length, found);
                start += length;
            }
        }

        private InjectionVerdict Judge(ReadOnlySpan<char> sentence)
        {
            var verdict = judge.Judge(sentence);
            var end = _previous + 1 + sentence.Length;
            if (_previous > 0 && end <= PairCharsMax)
            {
                _pair[_previous] = ' ';
                sentence.CopyTo(_pair.AsSpan(_previous + 1));
                var pair = judge.Judge(_pair.AsSpan(0, end));
                if (pair.Score > verdict.Score) verdict = pair with { Request = verdict.Request };
            }

            // What follows an attack is judged by itself again.
            _previous = sentence.Length < PairCharsMax && verdict.Score < ReportedMin ? sentence.Length : 0;
            sentence[.._previous].CopyTo(_pair);
            return verdict;
        }

        private void Report(InjectionVerdict verdict, int start, int length, ICandidates found)
        {
            if (verdict.Score >= detector._scoreMin) found.Add(verdict.Family, start, length, verdict.Score, verdict.Decoder);
            if (verdict.Request >= ReportedMin) found.Add(InjectionFamilies.Rules.Count, start, length, verdict.Request, verdict.Decoder);
        }
    }
}
