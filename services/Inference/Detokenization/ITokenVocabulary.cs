namespace Millrace.Inference.Detokenization;

/// <summary>What the engine must know of a model's tokens. Thread-safe.</summary>
internal interface ITokenVocabulary
{
    /// <summary>Number of tokens; ids are below it.</summary>
    int Size { get; }

    /// <summary>Whether the model says by this token that it is done.</summary>
    bool IsEnd(int token);

    /// <summary>The token's bytes; not always whole UTF-8 characters, and none for control tokens.</summary>
    ReadOnlySpan<byte> Piece(int token);
}
