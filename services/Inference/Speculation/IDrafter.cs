using Millrace.Inference.Scheduling;

namespace Millrace.Inference.Speculation;

/// <summary>
/// Proposes tokens that may follow a sequence, so that the model can judge several in one step. Used by the engine's thread.
/// </summary>
internal interface IDrafter : IDisposable
{
    /// <summary>Most tokens of one proposal.</summary>
    const int TokensMax = 64;

    /// <summary>Proposes up to <paramref name="tokensMax"/> tokens to each of the sequences, or none where it has no idea.</summary>
    void Draft(IReadOnlyList<Sequence> sequences, int tokensMax);

    /// <summary>A sequence has ended.</summary>
    void Forget(Sequence sequence);
}
