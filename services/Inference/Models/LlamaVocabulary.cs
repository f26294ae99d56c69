using Millrace.Inference.Detokenization;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Models;

/// <summary>
/// A llama.cpp vocabulary, with the bytes of all tokens at hand, so that the engine's thread makes no native call for them.
/// </summary>
internal sealed class LlamaVocabulary : ITokenVocabulary
{
    private readonly byte[][] _pieces;
    private readonly bool[] _ends;

    /// <summary>Reads all tokens.</summary>
    public LlamaVocabulary(LlamaVocab vocab)
    {
        _pieces = [.. Enumerable.Range(0, vocab.Count).Select(id => vocab.GetPiece(new LlamaToken(id)))];
        _ends = [.. Enumerable.Range(0, vocab.Count).Select(id => vocab.IsEndOfGeneration(new LlamaToken(id)))];
    }

    /// <inheritdoc/>
    public int Size => _pieces.Length;

    /// <inheritdoc/>
    public bool IsEnd(int token) => _ends[token];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Piece(int token) => _pieces[token];
}
