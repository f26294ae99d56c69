namespace Millrace.Guardrails.Names;

/// <summary>
/// The tokens around the one that is being tagged, and what is remembered of the text before it. Not for use by several threads at once.
/// </summary>
internal sealed class TagWindow
{
    /// <summary>Tokens behind the current one that are looked at.</summary>
    public const int Ahead = 3;

    /// <summary>Tokens before the current one that are looked at.</summary>
    public const int Behind = 3;

    private const int Size = 8;
    private const int DistanceMax = 15;
    private const int CaseMax = 12;

    private readonly EntityToken[] _tokens = new EntityToken[Size];
    private int _current;
    private int _known;
    private int _lower;
    private int _capital;
    private int _distance = DistanceMax;
    private int _lastKind = EntityTags.Rules.Count;

    /// <summary>Begins before a text.</summary>
    public TagWindow() => Array.Fill(_tokens, EntityToken.Outside);

    /// <summary>Whether the current token and all that it needs are there.</summary>
    public bool IsReady => _known > Ahead;

    /// <summary>Whether tokens wait.</summary>
    public bool IsEmpty => _known == 0;

    /// <summary>Tag of the token before.</summary>
    public int Tag1 { get; private set; }

    /// <summary>Tag of the token before that.</summary>
    public int Tag2 { get; private set; }

    /// <summary>Tag of the third token back.</summary>
    public int Tag3 { get; private set; }

    /// <summary>Tokens of the entity that goes on, at most seven.</summary>
    public int EntityTokens { get; private set; }

    /// <summary>Tokens since the line's start, at most three.</summary>
    public int LineTokens { get; private set; }

    /// <summary>The last word before the current token.</summary>
    public uint LastWord { get; private set; }

    /// <summary>Kind of the last entity and how long ago it ended, in one number.</summary>
    public uint LastEntity =>
        ((uint)_lastKind << 3) | _distance switch { < 2 => 0u, < 3 => 1, < 5 => 2, < 9 => 3, < DistanceMax => 4, _ => 5 };

    /// <summary>Whether the text so far is written in lower case, in capitals, or as usual: 0 unknown, 1, 2, 3.</summary>
    public uint CaseMode => _lower + _capital < 3 ? 0u : _capital == 0 ? 1u : _lower == 0 ? 2u : 3u;

    /// <summary>A token, counted from the current one.</summary>
    /// <param name="offset">From -<see cref="Behind"/> to <see cref="Ahead"/>.</param>
    public ref EntityToken this[int offset] => ref _tokens[(_current + offset) & (Size - 1)];

    /// <summary>Adds the next token of the text, or what stands for its end.</summary>
    public void Add(in EntityToken token) => this[_known++] = token;

    /// <summary>Adds what stands behind the text.</summary>
    public void AddEnd() => Add(EntityToken.Outside);

    /// <summary>Moves tokens that wait by what their coordinates have moved.</summary>
    public void Move(int offset)
    {
        for (var i = 0; i < _known; i++) this[i].Start += offset;
    }

    /// <summary>Settles the current token's tag, and goes on to the next.</summary>
    public void Accept(int tag)
    {
        ref var token = ref this[0];
        CountCase(token.Kind);
        CountEntity(tag);
        LineTokens = token.Gap >= TokenGap.Line ? 1 : Math.Min(LineTokens + 1, 3);
        if (token.IsWord) LastWord = token.Word;
        (Tag3, Tag2, Tag1) = (Tag2, Tag1, tag);
        _current = (_current + 1) & (Size - 1);
        _known--;
    }

    private void CountEntity(int tag)
    {
        EntityTokens = tag == EntityTags.Outside ? 0 : EntityTags.Continues(tag, Tag1) ? Math.Min(EntityTokens + 1, 7) : 1;
        if (tag == EntityTags.Outside) _distance = Math.Min(_distance + 1, DistanceMax);
        else (_distance, _lastKind) = (0, EntityTags.KindOf(tag));
    }

    // What counts is the text of late: old words fade.
    private void CountCase(TokenKind kind)
    {
        if (kind == TokenKind.Lower) _lower++;
        else if (kind is TokenKind.Capitalised or TokenKind.Upper) _capital++;
        if (_lower + _capital > CaseMax) (_lower, _capital) = (_lower / 2, _capital / 2);
    }
}
