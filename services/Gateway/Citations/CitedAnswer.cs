using System.Globalization;
using System.Text;

namespace Millrace.Gateway.Citations;

/// <summary>
/// One answer on its way to the user: removes markers of passages that do not exist, and remembers what the others cite. Text is held back
/// only while it can still become a marker.
/// </summary>
/// <param name="source">The passages of the prompt.</param>
public sealed class CitedAnswer(SourceText source)
{
    private readonly StringBuilder _answer = new();
    private readonly StringBuilder _pending = new();
    private readonly List<Citation> _citations = [];
    private string _claim = string.Empty;
    private int _claimStart;

    /// <summary>The answer so far.</summary>
    public string Text => _answer.ToString();

    /// <summary>What the answer cites, in the order of the markers.</summary>
    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>Takes the next piece of the answer.</summary>
    /// <returns>What can go to the user now.</returns>
    public string Push(string text)
    {
        var from = _answer.Length;
        foreach (var next in text) Push(next);
        return _answer.ToString(from, _answer.Length - from);
    }

    /// <summary>Ends the answer.</summary>
    /// <returns>What was held back.</returns>
    public string Finish()
    {
        var rest = _pending.ToString();
        _answer.Append(rest);
        _pending.Clear();
        return rest;
    }

    private void Push(char next)
    {
        _pending.Append(next);
        while (_pending.Length > 0)
        {
            var text = _pending.ToString();
            var state = MarkerSyntax.Classify(text);
            if (state == MarkerState.Partial) return;
            if (state == MarkerState.Complete) AcceptMarker(text);
            else _answer.Append(text[0]);
            _pending.Remove(0, state == MarkerState.Complete ? text.Length : 1);
        }
    }

    private void AcceptMarker(string marker)
    {
        int[] numbers = [.. MarkerSyntax.Numbers(marker).Where(number => number >= 1 && number <= source.Count).Distinct()];
        if (numbers.Length == 0) return;

        UpdateClaim();
        if (marker[0] == ' ') _answer.Append(' ');
        var start = _answer.Length;
        _answer.Append(CultureInfo.InvariantCulture, $"[{string.Join(", ", numbers)}]");
        foreach (var number in numbers) Cite(number, start);
        _claimStart = _answer.Length;
    }

    // A marker supports the sentence that it stands in or behind; a marker right behind another supports the same sentence.
    private void UpdateClaim()
    {
        var segment = _answer.ToString(_claimStart, _answer.Length - _claimStart);
        var sentences = Sentences.Split(segment).ToList();
        if (sentences.Count > 0) _claim = sentences[^1].Of(segment);
    }

    private void Cite(int number, int start)
    {
        if (source.FindIn(number, _claim) is not { } match) return;
        _citations.Add(new Citation
        {
            Number = number,
            Collection = match.Passage.Collection,
            DocumentId = match.Passage.DocumentId,
            DocumentVersion = match.Passage.DocumentVersion,
            Title = match.Passage.Title,
            Quote = match.Quote,
            SourceStart = match.Passage.Start + match.Span.Start,
            SourceLength = match.Span.Length,
            Start = start,
            End = _answer.Length,
        });
    }
}
