namespace Millrace.Retrieval.Encoders;

/// <summary>Counts a WordPiece model's tokens in this process, exactly as llama.cpp does. Thread-safe.</summary>
internal sealed class WordPieceMeter : ITextMeter
{
    private readonly TextFolding _folding;
    private readonly WordSpelling _spelling;
    private readonly int _addedTokens;

    /// <summary>Makes the meter of a model.</summary>
    /// <exception cref="ArgumentException">The vocabulary is not usable.</exception>
    public WordPieceMeter(WordPieceModel model)
    {
        _folding = TextFolding.Of(model.LowerCase);
        _spelling = new WordSpelling(model);
        _addedTokens = model.AddedTokens;
        ContextTokensMax = model.ContextTokensMax;
    }

    /// <inheritdoc/>
    public bool IsExact => true;

    /// <inheritdoc/>
    public int ContextTokensMax { get; }

    /// <summary>Tokens of a text, added ones included.</summary>
    public int Count(ReadOnlySpan<char> text) => CountOwn(text) + _addedTokens;

    /// <inheritdoc/>
    public Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<int>>([.. texts.Select(text => Count(text))]);

    /// <inheritdoc/>
    public Task<ITextMeasure> MeasureAsync(string text, CancellationToken cancellationToken) =>
        Task.FromResult<ITextMeasure>(Measure(text));

    private WordMeasure Measure(string text)
    {
        var cuts = new CutWords(text, word => new LongWord(word, _folding, _spelling), CountOwn);
        var measure = new WordMeasure(_addedTokens, cuts.Count);
        var words = new WordReader(text, _folding);
        while (words.Next()) measure.Add(words.Start, words.End, _spelling.CountPieces(words.Word));
        return measure;
    }

    private int CountOwn(ReadOnlySpan<char> text)
    {
        var count = 0;
        var words = new WordReader(text, _folding);
        while (words.Next()) count += _spelling.CountPieces(words.Word);
        return count;
    }
}
