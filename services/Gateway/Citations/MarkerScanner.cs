using System.Text;

namespace Millrace.Gateway.Citations;

/// <summary>A piece of an answer: text, or a marker.</summary>
/// <param name="Text">The characters, as the model wrote them.</param>
/// <param name="IsMarker">Whether they are a marker.</param>
/// <param name="IsAttached">Whether the marker stands directly behind a letter or digit and may be an index, as in "array[1]".</param>
internal readonly record struct AnswerToken(string Text, bool IsMarker, bool IsAttached = false);

/// <summary>
/// Finds the markers in an answer that is still being written. Text is held back only while it can still become a marker, and a marker
/// until the character behind it is there. What looks like a marker in code, in a link such as "[1](...)" or in front of a link's
/// definition is text. Each character is looked at by itself, so that how the answer arrives makes no difference.
/// </summary>
internal sealed class MarkerScanner
{
    private readonly StringBuilder _pending = new();
    private readonly CodeTracker _code = new();
    private string? _marker;
    private char _last = '\n';
    private bool _lineHasText;

    /// <summary>Takes a character.</summary>
    /// <returns>The pieces that are known now.</returns>
    public IEnumerable<AnswerToken> Push(char next)
    {
        if (_marker is { } marker)
        {
            _marker = null;
            yield return IsLink(marker, next) ? Text(marker) : Marker(marker);
        }

        _pending.Append(next);
        while (_pending.Length > 0)
        {
            var text = _pending.ToString();
            var state = _code.IsInside ? MarkerState.None : MarkerSyntax.Classify(text);
            if (state == MarkerState.Partial) yield break;
            _pending.Remove(0, state == MarkerState.Complete ? text.Length : 1);
            if (state == MarkerState.Complete) _marker = text;
            else yield return Text(text[..1]);
        }
    }

    /// <summary>Ends the answer.</summary>
    /// <returns>What was held back.</returns>
    public IEnumerable<AnswerToken> Finish()
    {
        if (_marker is { } marker) yield return Marker(marker);
        _marker = null;
        if (_pending.Length > 0) yield return Text(_pending.ToString());
        _pending.Clear();
    }

    private bool IsLink(string marker, char next) =>
        next == '(' || (next == ':' && !_lineHasText) || (next == ']' && _last == '[' && marker[0] == '[');

    private AnswerToken Text(string text)
    {
        foreach (var c in text)
        {
            _code.Push(c);
            _lineHasText = c != '\n' && (_lineHasText || !char.IsWhiteSpace(c));
        }

        _last = text[^1];
        return new AnswerToken(text, IsMarker: false);
    }

    private AnswerToken Marker(string marker)
    {
        var attached = marker[0] == '[' && (char.IsLetterOrDigit(_last) || _last is '_' or ']');
        _code.Push('[');
        _lineHasText = true;

        // Behind a marker another one stands as behind a blank.
        _last = ' ';
        return new AnswerToken(marker, IsMarker: true, attached);
    }
}
