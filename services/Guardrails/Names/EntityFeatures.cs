namespace Millrace.Guardrails.Names;

/// <summary>
/// What the tagger looks at: words, shapes, endings and lists of the tokens around, alone and together, and the tags before. Each is
/// a row of the model's weights. They are part of the trained model: a change needs a new training.
/// </summary>
internal ref struct EntityFeatures
{
    /// <summary>Most rows of a token.</summary>
    public const int RowsMax = 80;

    private readonly Span<int> _rows;
    private readonly int _shift;
    private uint _kind;

    private EntityFeatures(Span<int> rows, int rowBits)
    {
        _rows = rows;
        _shift = 32 - rowBits;
    }

    private int Count { get; set; }

    /// <summary>Writes the rows of the current token.</summary>
    /// <param name="window">The tokens.</param>
    /// <param name="rows">Takes the rows.</param>
    /// <param name="rowBits">Bits of a row's number.</param>
    /// <returns>How many there are.</returns>
    public static int Write(TagWindow window, Span<int> rows, int rowBits)
    {
        var features = new EntityFeatures(rows, rowBits);
        features.AddWords(window);
        features.AddShapes(window);
        features.AddClasses(window);
        features.AddTags(window);
        features.AddPlace(window);
        return features.Count;
    }

    private void AddWords(TagWindow window)
    {
        ref var token = ref window[0];
        var (word, shape, classes) = (token.Word, token.Shape, (uint)token.Classes);
        var (before, after) = (window[-1].Word, window[1].Word);
        Add(word);
        Add(before);
        Add(window[-2].Word);
        Add(after);
        Add(window[2].Word);
        Add(window[3].Word);
        Add(before, word);
        Add(word, after);
        Add(before, window[-2].Word);
        Add(after, window[2].Word);
        Add(before, after);
        Add(before, shape);
        Add(before, classes, shape);
        Add(after, shape);
        Add(after, classes, shape);
        Add(before, window[-2].Word, shape);
        Add(window[-3].Word, window[-2].Word, shape);
        Add(window.LastWord, shape);
        Add(window.LastWord, classes);
        Add(token.Prefix, (uint)token.Kind);
        Add(token.Suffix2, (uint)token.Kind);
        Add(token.Suffix3, (uint)token.Kind);
        Add(token.Suffix4);
        Add(window[1].Suffix3);
        Add(window[-1].Suffix3);
        Add(token.Suffix3, (uint)window[1].Kind);
    }

    private void AddShapes(TagWindow window)
    {
        var (shape, before, after) = (window[0].Shape, window[-1].Shape, window[1].Shape);
        Add(shape);
        Add(before);
        Add(after);
        Add(window[2].Shape);
        Add(before, shape);
        Add(shape, after);
        Add(shape, after, window[2].Shape);
        Add(before, shape, after);
        Add(after, window[2].Shape, window[3].Shape);
        Add(window[-2].Shape, before, shape);
        Add(Kinds(window, -2, 2));
        Add(Kinds(window, -1, 3));
    }

    private void AddClasses(TagWindow window)
    {
        var (own, before, after) = ((uint)window[0].Classes, (uint)window[-1].Classes, (uint)window[1].Classes);
        var (shape, second) = (window[0].Shape, (uint)window[2].Classes);
        Add(own);
        Add(before);
        Add(after);
        Add(second);
        Add(own, shape);
        Add(own, after);
        Add(before, own);
        Add(own, shape, after, window[1].Shape);
        Add(before, own, after);
        Add(own, after, second);
        Add(before, (uint)window[-2].Classes, shape);
        Add(shape, second, (uint)window[3].Classes);
        Add(own, window.CaseMode, (uint)window[0].Kind);
    }

    private void AddTags(TagWindow window)
    {
        ref var token = ref window[0];
        var (tag, classes) = ((uint)window.Tag1, (uint)token.Classes);
        var tags = tag | ((uint)window.Tag2 << 4);
        Add(tag);
        Add(tags);
        Add(tags, (uint)window.Tag3);
        Add(tag, token.Word);
        Add(tag, token.Shape);
        Add(tag, token.Shape, classes);
        Add(tag, classes, (uint)window[1].Classes);
        Add(tag, window[-1].Word);
        Add(tag, window[1].Word);
        Add(tag, window[1].Shape, token.Shape);
        Add(tags, token.Shape);
        Add(tags, token.Word);
        Add(tags, window[-1].Word, token.Shape);
        Add(tag, (uint)window.EntityTokens, token.Shape);
        Add(tag, token.Suffix3);
    }

    private void AddPlace(TagWindow window)
    {
        ref var token = ref window[0];
        var gaps = (uint)token.Gap | ((uint)window[1].Gap << 3) | ((uint)window[2].Gap << 6);
        Add(gaps, (uint)token.Kind);
        Add(gaps, (uint)window.Tag1, (uint)token.Kind);
        Add((uint)window.LineTokens, token.Shape);
        Add(window.LastEntity, token.Shape);
        Add(window.LastEntity, (uint)token.Classes, (uint)token.Gap);
        Add(window.LastEntity, window[-1].Word);
        Add(window.CaseMode, token.Shape);
        Add(0);
    }

    private static uint Kinds(TagWindow window, int from, int to)
    {
        var kinds = 0u;
        for (var i = from; i <= to; i++) kinds = (kinds << 4) | (uint)window[i].Kind;
        return kinds;
    }

    private void Add(uint first, uint second = 0, uint third = 0, uint fourth = 0)
    {
        var hash = (first + (++_kind * 0x9E3779B9)) * 0x85EBCA6B;
        hash = ((hash ^ (hash >> 15)) + second) * 0xC2B2AE35;
        hash = ((hash ^ (hash >> 13)) + third) * 0x27D4EB2F;
        hash = ((hash ^ (hash >> 16)) + fourth) * 0x165667B1;
        _rows[Count++] = (int)(hash >> _shift);
    }
}
