using System.Globalization;
using System.Text;
using Millrace.Grounding.Reading;

namespace Millrace.Gateway.Citations;

/// <summary>
/// One answer on its way to the user: each marker is held to the passage that it names, goes to the one that supports its sentence, or
/// goes away. Text is held back only while it can still become a marker; behind a marker that stands in front of its sentence, until the
/// sentence ends. How the answer arrives makes no difference.
/// </summary>
/// <param name="source">The passages of the prompt.</param>
/// <param name="verifier">Judges the markers.</param>
/// <param name="heldCharsMax">Most characters that are held back behind a marker.</param>
public sealed class CitedAnswer(SourceText source, CitationVerifier verifier, int heldCharsMax)
{
    private readonly MarkerScanner _scanner = new();
    private readonly ClaimReader _claims = new();
    private readonly StringBuilder _answer = new();
    private readonly List<AnswerToken> _held = [];
    private readonly StringBuilder _heldWords = new();
    private readonly HashSet<int> _citedForClaim = [];
    private readonly List<Citation> _citations = [];

    /// <summary>The answer so far.</summary>
    public string Text => _answer.ToString();

    /// <summary>What the answer cites, in the order of the markers.</summary>
    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>What became of the markers so far.</summary>
    public CitationCounts Counts { get; private set; } = new(0, 0, 0);

    /// <summary>Takes the next piece of the answer.</summary>
    /// <returns>What can go to the user now.</returns>
    public string Push(string text)
    {
        var from = _answer.Length;
        foreach (var next in text)
            foreach (var token in _scanner.Push(next)) Accept(token);
        return _answer.ToString(from, _answer.Length - from);
    }

    /// <summary>Ends the answer.</summary>
    /// <returns>What was held back.</returns>
    public string Finish()
    {
        var from = _answer.Length;
        foreach (var token in _scanner.Finish()) Accept(token);
        Release();
        return _answer.ToString(from, _answer.Length - from);
    }

    private void Accept(AnswerToken token)
    {
        if (_held.Count > 0 && token.IsMarker && ClaimReader.SaysSomething(_heldWords.ToString())) Release();
        if (_held.Count > 0) Hold(token);
        else if (!token.IsMarker) Say(token.Text);
        else if (!token.IsAttached && _claims.IsInFront()) Hold(token);
        else if (token.IsAttached) CiteAttached(token);
        else Cite(token, _claims.Claim());
    }

    private void Say(string text)
    {
        _answer.Append(text);
        _claims.Push(text);
    }

    private void Hold(AnswerToken token)
    {
        _held.Add(token);
        if (token.IsMarker) return;
        _heldWords.Append(token.Text);
        var words = _heldWords.ToString();
        if (token.Text[^1] == '\n' || EndsSentence(words) || words.Length > heldCharsMax) Release();
    }

    private static bool EndsSentence(string words) => words.Length > 1 && char.IsWhiteSpace(words[^1])
        && Sentences.EndsAt(words, words.Length - 2) && ClaimReader.HasWords(words);

    // A marker alone on its line stands for what was said before it.
    private void Release()
    {
        if (_held.Count == 0) return;
        var words = _heldWords.ToString();
        AnswerToken[] tokens = [.. _held];
        _held.Clear();
        _heldWords.Clear();
        var claim = ClaimReader.HasWords(words) ? (Words: words.Trim(), IsShared: false) : _claims.Claim();
        foreach (var token in tokens)
        {
            if (!token.IsMarker) Say(token.Text);
            else
            {
                Cite(token, claim);
                claim = claim with { IsShared = true };
            }
        }
    }

    // What may be an index is a citation only where its passage says what stands before it.
    private void CiteAttached(AnswerToken token)
    {
        var claim = _claims.Claim();
        var isCitation = MarkerSyntax.Numbers(token.Text).All(number => verifier.Judge(source, number, claim.Words)?.Number == number);
        if (isCitation) Cite(token, claim);
        else Say(token.Text);
    }

    private void Cite(AnswerToken token, (string Words, bool IsShared) claim)
    {
        if (!claim.IsShared) _citedForClaim.Clear();
        List<Verdict> verdicts = [];
        foreach (var number in MarkerSyntax.Numbers(token.Text))
        {
            var verdict = verifier.Judge(source, number, claim.Words);
            if (verdict is not null && !_citedForClaim.Add(verdict.Number)) verdict = null;
            Counts = Counts.With(number, verdict);
            if (verdict is not null) verdicts.Add(verdict);
        }

        _claims.Cited(claim.Words);
        if (verdicts.Count == 0) return;
        if (token.Text[0] == ' ') _answer.Append(' ');
        var start = _answer.Length;
        _answer.Append(CultureInfo.InvariantCulture, $"[{string.Join(", ", verdicts.Select(verdict => verdict.Number))}]");
        _citations.AddRange(verdicts.Select(verdict => verdict.Cite(start, _answer.Length)));
    }
}
