using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.CustomPatterns;

/// <summary>Finds what a pattern of an operator's or a tenant's own matches.</summary>
internal sealed class CustomPatternRecogniser : Recogniser
{
    private const int AsciiCount = 128;

    private readonly CustomPattern _pattern;
    private readonly CheckSum _check;
    private readonly float _score;
    private readonly bool[] _canBeSecond = new bool[AsciiCount];

    private CustomPatternRecogniser(string name, CustomPatternOptions options)
    {
        Rule = CustomPatternOptions.RuleOf(name);
        _pattern = CustomPattern.Compile(options.Pattern, options.IgnoreCase);
        _check = options.Check() ?? CheckSum.None;
        _score = options.Score;
        CharsMax = options.CharsMaxOf(_pattern);
        StartsWithAscii = !Enumerable.Range(AsciiCount, char.MaxValue + 1 - AsciiCount).Any(code => _pattern.CanStart((char)code));
        for (var c = '\0'; c < AsciiCount; c++) _canBeSecond[c] = _pattern.CanBeSecond(c);
    }

    public override string Rule { get; }

    public override int CharsMax { get; }

    // The pattern itself looks at what stands before, where it says so.
    public override bool StartsAtWord => false;

    public override bool StartsWithAscii { get; }

    public override bool ReadsFolded => _pattern.IsAscii;

    /// <summary>The recogniser of a pattern.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Valid options.</param>
    public static CustomPatternRecogniser Of(string name, CustomPatternOptions options) => new(name, options);

    public override bool CanStart(char first) => _pattern.CanStart(first);

    public override bool CanBeSecond(char second) => second >= AsciiCount || _canBeSecond[second];

    public override Match MatchAt(ReadOnlySpan<char> text, int start, bool isEnd)
    {
        var length = _pattern.Match(text, start, isEnd, CharsMax);
        if (length < 0) return Match.Undecided;
        return length > 0 && _check.Passes(text.Slice(start, length)) ? Match.Found(length, _score) : Match.None;
    }
}
