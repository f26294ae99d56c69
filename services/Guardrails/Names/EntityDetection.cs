using Millrace.Guardrails.Detection;

namespace Millrace.Guardrails.Names;

/// <summary>The tagger's way through one text.</summary>
/// <remarks>Between calls all positions are counted from the first one that is not decided.</remarks>
internal sealed class EntityDetection(EntityModel model) : Detection.Detection
{
    private readonly EntityTokenizer _tokenizer = new(model.Lexicon);
    private readonly TagWindow _window = new();
    private OpenEntity _open = OpenEntity.None;
    private int _read;

    /// <inheritdoc/>
    public override int Advance(ReadOnlySpan<char> text, int start, bool isEnd, ICandidates found)
    {
        Move(start);
        while (Fill(text, isEnd)) TagNext(text, found);
        if (isEnd) Close(found);

        var decided = isEnd ? text.Length : FirstUndecided();
        Move(-decided);
        return decided;
    }

    private int FirstUndecided() => _open.IsOpen ? _open.Start : _window.IsEmpty ? _read : _window[0].Start;

    private void Move(int offset)
    {
        _window.Move(offset);
        _open.Start += offset;
        _open.End += offset;
        _read += offset;
    }

    // Whether a token can be tagged. At the end nothing stands behind the last tokens.
    private bool Fill(ReadOnlySpan<char> text, bool isEnd)
    {
        while (!_window.IsReady && _tokenizer.TryRead(text, _read, isEnd, out var token))
        {
            _read = token.End;
            _window.Add(token);
        }

        if (!isEnd) return _window.IsReady;
        if (_window.IsEmpty || _window[0].Length == 0) return false;
        while (!_window.IsReady) _window.AddEnd();
        return true;
    }

    private void TagNext(ReadOnlySpan<char> text, ICandidates found)
    {
        ref var token = ref _window[0];
        var confidence = 1f;
        var tag = token.Kind == TokenKind.None ? EntityTags.Outside : model.Tag(_window, out confidence);
        var continues = _open.IsOpen && EntityTags.Continues(tag, _window.Tag1)
            && token.End - _open.Start <= EntityDetector.EntityCharsMax;
        if (!continues)
        {
            Close(found);
            if (tag != EntityTags.Outside) _open = OpenEntity.At(token.Start, EntityTags.KindOf(tag));
        }

        if (_open.IsOpen) _open.Add(token, text[token.Start], confidence);
        _window.Accept(tag);
    }

    private void Close(ICandidates found)
    {
        if (_open is { IsOpen: true, HasText: true, Kind: < EntityTags.ReportedKinds })
            found.Add(_open.Kind, _open.Start, _open.End - _open.Start, _open.Score);
        _open = OpenEntity.None;
    }
}
