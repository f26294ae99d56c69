namespace Millrace.Guardrails.Names;

/// <summary>An entity of which more may follow.</summary>
internal struct OpenEntity
{
    private float _confidence;
    private int _tokens;

    /// <summary>No entity.</summary>
    public static OpenEntity None => new() { Kind = -1 };

    /// <summary>Where it starts.</summary>
    public int Start;

    /// <summary>Where it ends so far: behind its last word, number, full stop or bracket.</summary>
    public int End;

    /// <summary>Its kind, as an index into <see cref="EntityTags.Rules"/>.</summary>
    public int Kind { get; private init; }

    /// <summary>Whether it has a letter or a digit.</summary>
    public bool HasText { get; private set; }

    /// <summary>Whether there is one.</summary>
    public readonly bool IsOpen => Kind >= 0;

    /// <summary>Mean confidence of its tokens.</summary>
    public readonly float Score => _confidence / _tokens;

    /// <summary>Begins one.</summary>
    public static OpenEntity At(int start, int kind) => new() { Kind = kind, Start = start, End = start };

    /// <summary>Adds a token. Signs at its end do not belong to it.</summary>
    /// <param name="token">The token.</param>
    /// <param name="first">Its first character.</param>
    /// <param name="confidence">How sure it is, in [0, 1].</param>
    public void Add(in EntityToken token, char first, float confidence)
    {
        _confidence += confidence;
        _tokens++;
        if (token.Kind != TokenKind.Sign) HasText = true;
        if (token.Kind != TokenKind.Sign || (first is '.' or ')' && HasText)) End = token.End;
    }
}
