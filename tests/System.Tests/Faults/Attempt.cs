namespace Millrace.SystemTests.Faults;

/// <summary>One request of the load and what became of it.</summary>
/// <param name="Kind">What was asked, and by whom.</param>
/// <param name="Started">When it was sent, since the load began.</param>
/// <param name="Ended">When its last byte came.</param>
/// <param name="Code">Why it failed, one of docs/status-codes.md; null when it did not.</param>
/// <param name="Violation">What must never be: a hang, an answer that breaks off in silence, another tenant's words. Null when all is
/// well.</param>
internal sealed record Attempt(string Kind, TimeSpan Started, TimeSpan Ended, string? Code, string? Violation)
{
    /// <summary>Whether it did what was asked.</summary>
    public bool Succeeded => Code is null && Violation is null;
}
