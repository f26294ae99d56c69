namespace Millrace.LlamaCpp;

/// <summary>
/// Checks a batch against everything that the library asserts on, so that a caller's mistake is an exception and not the end of the
/// process. One instance per context, used by the context's thread only.
/// </summary>
internal sealed class BatchRules(LlamaContext context)
{
    private const int NotSeen = -1;

    private readonly int[] _nextPositions = new int[context.SequencesMax];

    /// <summary>Checks <paramref name="batch"/>; the exception says which token is wrong and how.</summary>
    public void Check(LlamaBatch batch, int tokensMax)
    {
        if (batch.Count == 0) throw new ArgumentException("The batch is empty; add a token first.", nameof(batch));
        if (batch.Count > tokensMax)
            throw new ArgumentException(
                $"The batch has {batch.Count} tokens and the context takes {tokensMax} at once; split it.", nameof(batch));

        Array.Fill(_nextPositions, NotSeen);
        for (var i = 0; i < batch.Count; i++) CheckToken(batch, i);
    }

    private void CheckToken(LlamaBatch batch, int index)
    {
        var token = batch.Tokens[index];
        if (!context.Model.Vocab.Contains(token))
            throw new ArgumentException(
                $"Token {token} at {index} is not in the vocabulary, whose ids are 0 to {context.Model.Vocab.Count - 1}.", nameof(batch));

        foreach (var sequence in batch.SequencesAt(index)) CheckPosition(sequence, batch.Positions[index], index);
    }

    private void CheckPosition(LlamaSequenceId sequence, int position, int index)
    {
        context.CheckSequence(sequence);
        var expected = _nextPositions[sequence.Id] != NotSeen ? _nextPositions[sequence.Id] : FirstExpected(sequence, position);
        if (position != expected)
            throw new ArgumentException(
                $"Token {index} is at position {position} of sequence {sequence}, where {expected} is next.", nameof(position));
        if (position >= context.SequenceTokensMax && !context.UnifiedCache)
            throw new ArgumentException(
                $"Position {position} is past the {context.SequenceTokensMax} tokens of a sequence in this context.", nameof(position));

        if (position >= context.PositionsMax)
            throw new ArgumentException(
                $"Position {position} of sequence {sequence} is past the {context.PositionsMax} positions of the model.",
                nameof(position));

        _nextPositions[sequence.Id] = position + 1;
    }

    // An empty sequence may begin anywhere.
    private int FirstExpected(LlamaSequenceId sequence, int position)
    {
        var last = context.Memory?.LastPosition(sequence) ?? -1;
        return last < 0 ? position : last + 1;
    }
}
