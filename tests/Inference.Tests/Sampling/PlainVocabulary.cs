using System.Text;
using Millrace.Inference.Detokenization;

namespace Millrace.Inference.Tests.Sampling;

/// <summary>Tokens that are nothing but these texts; those beyond them have none.</summary>
internal sealed class PlainVocabulary(int size, params string[] texts) : ITokenVocabulary
{
    private readonly byte[][] _pieces = [.. texts.Select(Encoding.UTF8.GetBytes)];

    public int Size { get; } = size;

    public bool IsEnd(int token) => false;

    public ReadOnlySpan<byte> Piece(int token) => token < _pieces.Length ? _pieces[token] : [];
}
