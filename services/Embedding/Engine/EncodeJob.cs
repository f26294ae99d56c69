using Millrace.LlamaCpp;

namespace Millrace.Embedding.Engine;

/// <summary>
/// One text on its way through an engine. Several callers may want it; when the last of them has left, it is dropped if it has not begun.
/// </summary>
/// <param name="tokens">The text.</param>
/// <param name="isLater">Whether nobody waits for it, so that others go first.</param>
internal sealed class EncodeJob(LlamaToken[] tokens, bool isLater = false)
{
    private int _callers = 1;

    /// <summary>The text.</summary>
    public LlamaToken[] Tokens { get; } = tokens;

    /// <summary>Whether others go first. Its line changes it, when it has one.</summary>
    public bool IsLater { get; set; } = isLater;

    /// <summary>Whether nobody wants it any more, or it is done.</summary>
    public bool IsOver => Volatile.Read(ref _callers) == 0 || Result.Task.IsCompleted;

    /// <summary>The pooled output. Completes elsewhere, so that the engine's thread never runs its caller's code.</summary>
    public TaskCompletionSource<float[]> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One more caller wants it; false when the last one has left already.</summary>
    public bool TryJoin()
    {
        for (var callers = Volatile.Read(ref _callers); callers > 0; callers = Volatile.Read(ref _callers))
            if (Interlocked.CompareExchange(ref _callers, callers + 1, callers) == callers)
                return true;
        return false;
    }

    /// <summary>A caller wants it no more.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _callers) == 0) Result.TrySetCanceled();
    }
}
