using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Runs;

/// <summary>A kind of request whose answer is made apart from the connection that asked for it.</summary>
internal interface IRunKind
{
    /// <summary>Its name in the store.</summary>
    string Name { get; }

    /// <summary>Makes the answer; begins anew, or goes on with what an earlier owner has left.</summary>
    Task<RunEnd> RunAsync(RunTask task, CancellationToken cancellationToken);

    /// <summary>Tells readers that the answer broke off.</summary>
    /// <param name="task">The run.</param>
    /// <param name="error">Why.</param>
    /// <param name="isStopped">Whether somebody wanted it to stop.</param>
    Task<RunEnd> BreakOffAsync(RunTask task, Exception error, bool isStopped);
}

/// <summary>A run that is to be made.</summary>
/// <param name="Input">What was asked for.</param>
/// <param name="Output">Where it is written.</param>
/// <param name="Journal">Keeps what another process needs to go on with its chat.</param>
/// <param name="IsKept">Whether it is kept in the store.</param>
internal sealed record RunTask(RunInput Input, RunOutput Output, IChatJournal Journal, bool IsKept)
{
    /// <summary>Whether it was taken over too often, so that it only ends.</summary>
    public bool IsGivenUp { get; init; }
}

/// <summary>A wish for a run.</summary>
/// <param name="Input">What is asked for.</param>
/// <param name="Hash">Hash of the request, to tell it from others of the same id.</param>
/// <param name="Result">What is told of it until it ends.</param>
/// <param name="IsKept">Whether it is kept in the store.</param>
internal sealed record RunRequest(RunInput Input, byte[] Hash, ReadOnlyMemory<byte> Result, bool IsKept);
