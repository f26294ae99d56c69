namespace Millrace.Gateway.Citations;

/// <summary>Whether a Markdown text is inside code: a fenced block, or a span between backticks on one line.</summary>
internal sealed class CodeTracker
{
    private const int FenceLength = 3;

    private char _fence;
    private char _run;
    private int _runLength;
    private int _span;
    private bool _lineBegins = true;
    private bool _runBegan;

    /// <summary>Whether the next character is inside code.</summary>
    public bool IsInside => _fence != '\0' || SpanBehindRun() > 0;

    /// <summary>Takes a character.</summary>
    public void Push(char next)
    {
        if (next is '`' or '~') Extend(next);
        else
        {
            EndRun();
            if (next == '\n') (_span, _lineBegins) = (0, true);
            else _lineBegins &= next is ' ' or '\t';
        }
    }

    private void Extend(char next)
    {
        if (next != _run) EndRun();
        if (_runLength == 0) _runBegan = _lineBegins;
        _run = next;
        _runLength++;
        _lineBegins = false;
        if (!_runBegan || _runLength != FenceLength) return;
        if (_fence == '\0') _fence = next;
        else if (_fence == next) _fence = '\0';
    }

    private void EndRun()
    {
        _span = SpanBehindRun();
        _runLength = 0;
    }

    // A span ends with as many backticks as it began with.
    private int SpanBehindRun()
    {
        var isFence = _runBegan && _runLength >= FenceLength;
        if (_run != '`' || _runLength == 0 || isFence || _fence != '\0') return _span;
        if (_span == 0) return _runLength;
        return _span == _runLength ? 0 : _span;
    }
}
