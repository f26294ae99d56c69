using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>What an engine tells the callers whom it does not serve to the end.</summary>
internal static class EngineRefusals
{
    /// <summary>There is no place to wait.</summary>
    public static MillraceException QueueFull(int queueDepthMax, TimeSpan retryAfter) => new(
        Reason.QueueFull, $"As many requests wait as this member takes ({queueDepthMax}). Try again after the time given.")
    {
        RetryAfter = retryAfter,
    };

    /// <summary>The caller went away.</summary>
    public static MillraceException Cancelled() => new(Reason.Cancelled, "The request was cancelled.");

    /// <summary>The time ran out.</summary>
    public static MillraceException DeadlineExceeded(TimeSpan after, bool hasTokens)
    {
        var state = hasTokens ? "while the answer was generated" : "before the first token";
        var message = FormattableString.Invariant($"The time for the request ran out after {after.TotalSeconds:0.0} s, {state}.");
        return new MillraceException(Reason.DeadlineExceeded, message + " Allow more time, or ask for less.");
    }

    /// <summary>The process ends.</summary>
    public static MillraceException Stopped() =>
        new(Reason.Draining, "The inference member stopped before the answer was complete. Ask again.");

    /// <summary>The engine's thread has ended on a defect.</summary>
    public static MillraceException Broken() => new(
        Reason.ModelUnavailable, "The model's engine failed and takes no more requests. Its log says why; restart the inference member.");

    /// <summary>One step failed.</summary>
    public static MillraceException StepFailed(Exception error) =>
        new(Reason.ModelUnavailable, "The model failed while it computed this request. Ask again.", error);

    /// <summary>The native cache refuses what its books allow.</summary>
    public static MillraceException NoRoom() => new(
        Reason.ModelUnavailable, "The KV cache has no room for this request alone. Ask for less, or raise Inference:KvCellsMax.");
}
