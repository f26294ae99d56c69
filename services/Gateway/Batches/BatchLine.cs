using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Batches;

/// <summary>A line of a batch.</summary>
/// <param name="Index">Which line of the file, from 0.</param>
/// <param name="CustomId">The application's id of it.</param>
/// <param name="Body">The body of the request, as JSON.</param>
internal sealed record BatchLine(int Index, string CustomId, byte[] Body)
{
    /// <summary>Whether a request is a line of a batch, which nobody waits for.</summary>
    public static bool IsOf(HttpContext context) => context.Features.Get<BatchLine>() is not null;
}

/// <summary>A line that was read, or what is wrong with it.</summary>
/// <param name="Line">The line; null when it is wrong.</param>
/// <param name="Error">What is wrong; null when nothing is.</param>
internal sealed record ReadLine(BatchLine? Line, BatchError? Error);
