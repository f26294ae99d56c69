using System.Collections.Frozen;
using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Policies;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>Texts that are never a finding of personal data, names or secrets. Immutable.</summary>
internal sealed class AllowList
{
    private static readonly string[] Families = ["pii.*", "secret.*", "entity.*"];

    private readonly FrozenSet<string> _texts;

    /// <summary>Prepares a list.</summary>
    public AllowList(IEnumerable<string> texts)
    {
        _texts = texts.Select(TextList.Normalised).Where(text => text.Length > 0).ToFrozenSet(StringComparer.Ordinal);
        LengthMax = _texts.Count == 0 ? 0 : _texts.Max(text => text.Length);
    }

    /// <summary>The texts as they are compared, in a fixed order.</summary>
    public IEnumerable<string> Entries => _texts.Order(StringComparer.Ordinal);

    private int LengthMax { get; }

    /// <summary>A recogniser that finds none of the texts.</summary>
    public Recogniser Exempt(Recogniser inner) => Concerns(inner.Rule) ? new ExemptRecogniser(inner, this) : inner;

    /// <summary>A detector that finds none of the texts.</summary>
    public Detector Exempt(Detector inner) => inner.Rules.Any(Concerns) ? new ExemptDetector(inner, this) : inner;

    /// <summary>Whether findings of a rule are compared.</summary>
    public bool Concerns(string rule) => LengthMax > 0 && Families.Contains(RuleNames.FamilyOf(rule));

    /// <summary>Whether a text is on the list.</summary>
    public bool Contains(ReadOnlySpan<char> text)
    {
        // White space that is taken together makes a text longer than its entry; far longer ones need no look.
        return text.Length <= LengthMax * 2 && _texts.Contains(TextList.Normalised(text.ToString()));
    }

    private sealed class ExemptRecogniser(Recogniser inner, AllowList list) : Recogniser
    {
        public override string Rule => inner.Rule;

        public override int CharsMax => inner.CharsMax;

        public override bool StartsAtWord => inner.StartsAtWord;

        public override bool ReadsFolded => inner.ReadsFolded;

        public override bool StartsWithAscii => inner.StartsWithAscii;

        public override bool CanStart(char first) => inner.CanStart(first);

        public override bool CanBeSecond(char second) => inner.CanBeSecond(second);

        public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
        {
            var match = inner.MatchAt(text, start, isEnd);
            return match.Length > 0 && list.Contains(text.Slice(start, match.Length)) ? Match.None : match;
        }
    }

    private sealed class ExemptDetector(Detector inner, AllowList list) : Detector
    {
        private readonly bool[] _concerned = [.. inner.Rules.Select(list.Concerns)];

        public override IReadOnlyList<string> Rules => inner.Rules;

        public override int CharsMax => inner.CharsMax;

        public override bool ReadsFolded => inner.ReadsFolded;

        public override Detection.Detection Begin() => new ExemptDetection(inner.Begin(), list, _concerned);
    }

    private sealed class ExemptDetection(Detection.Detection inner, AllowList list, bool[] concerned) : Detection.Detection, ICandidates
    {
        private readonly List<(int Rule, int Start, int Length, float Score, string? Detail)> _found = [];

        public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
        {
            var decided = inner.Advance(text, start, isEnd, this);
            foreach (var one in _found)
                if (!concerned[one.Rule] || !list.Contains(text.Slice(one.Start, one.Length)))
                    found.Add(one.Rule, one.Start, one.Length, one.Score, one.Detail);
            _found.Clear();
            return decided;
        }

        public void Add(int rule, int start, int length, float score, string? detail = null) =>
            _found.Add((rule, start, length, score, detail));
    }
}
