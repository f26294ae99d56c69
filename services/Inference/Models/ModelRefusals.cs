using System.Globalization;
using Millrace.Inference.Models.Memory;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models;

/// <summary>What callers are told whose model cannot be in memory now.</summary>
internal static class ModelRefusals
{
    private static readonly TimeSpan InUseRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClosingRetry = TimeSpan.FromSeconds(1);

    /// <summary>It is larger than the memory for all models.</summary>
    public static MillraceException TooLarge(string name, MemoryEstimate need, long used, long most) => new(
        Reason.ModelUnavailable,
        $"The model '{name}' needs {need}; {MemoryEstimate.Text(most - used)} of {MemoryEstimate.Text(most)} are free. "
        + "Use a smaller quantisation, ContextTokens or KvCellsMax, or raise Inference:MemoryBytesMax.")
    {
        Param = "model",
    };

    /// <summary>It would fit if others, which are in use or pinned, were not there.</summary>
    public static MillraceException NoRoom(string name, MemoryEstimate need, long used, long most) => new(
        Reason.ModelUnavailable,
        $"The model '{name}' needs {need}; {MemoryEstimate.Text(most - used)} of {MemoryEstimate.Text(most)} are free, and the others "
        + "are in use or pinned. Try again later, or use a smaller quantisation, ContextTokens or KvCellsMax.")
    {
        Param = "model",
        RetryAfter = InUseRetry,
    };

    /// <summary>There are as many models as there may be, and all are in use or pinned.</summary>
    public static MillraceException TooMany(string name, int most) => new(
        Reason.ModelUnavailable,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The model '{name}' is not in memory, and {most} others are, in use or pinned, which is the most. ")
        + "Try again later, use one of them, or raise Inference:ModelsLoadedMax.")
    {
        Param = "model",
        RetryAfter = InUseRetry,
    };

    /// <summary>The small model that is to propose tokens to it cannot be used.</summary>
    public static MillraceException NoDraft(string name, MillraceException cause) => new(
        Reason.ModelUnavailable,
        $"The model '{name}' cannot be loaded with its DraftModel: {cause.Message} The operator must correct "
        + $"Inference:Models:{name}:DraftModel.")
    {
        Param = "model",
    };

    /// <summary>It is being unloaded, and waits for its last users.</summary>
    public static MillraceException Closing(string name) => new(
        Reason.ModelUnavailable, $"The model '{name}' is being unloaded. Try again, and it is loaded anew.")
    {
        Param = "model",
        RetryAfter = ClosingRetry,
    };

    /// <summary>It could not be loaded a moment ago, for the same reason.</summary>
    public static MillraceException FailedBefore(string problem, TimeSpan retryAfter) =>
        new(Reason.ModelUnavailable, problem) { RetryAfter = retryAfter };
}
