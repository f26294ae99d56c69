using Millrace.Grounding.Reading;

namespace Millrace.Gateway.Citations;

/// <summary>
/// Cuts a text that is still being written into units: a sentence and the markers behind it. A unit is complete when the first character
/// of the next one is there, so that the cuts do not depend on how the text arrives.
/// </summary>
internal sealed class AnswerUnits
{
    private string _pending = string.Empty;
    private int _scanned;

    /// <summary>Adds text.</summary>
    /// <returns>The units that are complete now.</returns>
    public List<AnswerUnit> Push(string text)
    {
        _pending += text;
        List<AnswerUnit> units = [];
        while (NextEnd() is { } end) units.Add(Take(end));
        return units;
    }

    /// <summary>Ends the text.</summary>
    /// <returns>The units that were still pending.</returns>
    public List<AnswerUnit> Finish()
    {
        // The blank tells the scanner that the last sentence has ended; the letter, that no marker follows.
        var units = Push(" x");
        var rest = AnswerUnit.Parse(_pending[..^1]);
        if (rest.Words.Length > 0) units.Add(rest);
        return units;
    }

    private AnswerUnit Take(int end)
    {
        var unit = AnswerUnit.Parse(_pending[..end]);
        _pending = _pending[end..];
        _scanned = 0;
        return unit;
    }

    private int? NextEnd()
    {
        for (; _scanned < _pending.Length - 1; _scanned++)
        {
            var ends = _pending[_scanned] == '\n' || Sentences.EndsAt(_pending, _scanned);
            if (ends) return EndOfMarkers(_scanned + 1);
        }

        return null;
    }

    private int? EndOfMarkers(int at)
    {
        while (at < _pending.Length)
        {
            if (char.IsWhiteSpace(_pending[at])) at++;
            else if (_pending[at] != '[') return at;
            else if (AnswerUnit.MarkerLength(_pending, at) is > 0 and var length) at += length;
            else return IsPartialMarker(at) ? null : at;
        }

        return null;
    }

    private bool IsPartialMarker(int at) => MarkerSyntax.Classify(_pending.AsSpan(at)) == MarkerState.Partial;
}
