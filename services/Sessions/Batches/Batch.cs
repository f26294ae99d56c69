using Millrace.Sessions.Files;

namespace Millrace.Sessions.Batches;

/// <summary>How far a batch is. Numbers are those of the contract and of the database.</summary>
public enum BatchStage
{
    /// <summary>Its lines are being checked, or wait for it.</summary>
    Validating = 1,

    /// <summary>Its lines are wrong; nothing was run.</summary>
    Failed = 2,

    /// <summary>Its lines are being run.</summary>
    InProgress = 3,

    /// <summary>The files are being written.</summary>
    Finalizing = 4,

    /// <summary>The files are there.</summary>
    Completed = 5,

    /// <summary>It was not done in its time.</summary>
    Expired = 6,

    /// <summary>It is asked to end.</summary>
    Cancelling = 7,

    /// <summary>It was asked to end, and has.</summary>
    Cancelled = 8,
}

/// <summary>What is wrong with a line.</summary>
/// <param name="Code">Machine-readable name.</param>
/// <param name="Message">What was wrong and what to do.</param>
/// <param name="Param">The field at fault; empty for none.</param>
/// <param name="Line">The line, from 1; 0 for the file as a whole.</param>
public sealed record LineError(string Code, string Message, string Param, int Line);

/// <summary>A batch.</summary>
public sealed record Batch
{
    /// <summary>Its number, which rises with time; 0 while it is not stored.</summary>
    public long Number { get; init; }

    /// <summary>The tenant that it runs for.</summary>
    public required string Tenant { get; init; }

    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Whose labels it runs with, and who may see it.</summary>
    public required Holder Holder { get; init; }

    /// <summary>The route that each line is for.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The file with the lines.</summary>
    public required string InputFile { get; init; }

    /// <summary>Hours in which it is to be done.</summary>
    public required int WindowHours { get; init; }

    /// <summary>What the application says of it.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>How far it is.</summary>
    public required BatchStage Stage { get; init; }

    /// <summary>What is wrong with its lines.</summary>
    public IReadOnlyList<LineError> Errors { get; init; } = [];

    /// <summary>The file with the results; empty while there is none.</summary>
    public string OutputFile { get; init; } = string.Empty;

    /// <summary>The file with the failures; empty while there is none.</summary>
    public string ErrorFile { get; init; } = string.Empty;

    /// <summary>Lines in all, with a result, and failed.</summary>
    public (int Total, int Completed, int Failed) Counts { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it must be done.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Unix milliseconds at which it came into a stage, by the stage's number.</summary>
    public IReadOnlyDictionary<int, long> Reached { get; init; } = new Dictionary<int, long>();

    /// <summary>Whether nothing more happens with it.</summary>
    public bool HasEnded => Stage is BatchStage.Failed or BatchStage.Completed or BatchStage.Expired or BatchStage.Cancelled;

    /// <summary>The batch in another stage.</summary>
    public Batch At(BatchStage stage, DateTimeOffset now) => this with
    {
        Stage = stage, Reached = new Dictionary<int, long>(Reached) { [(int)stage] = now.ToUnixTimeMilliseconds() },
    };
}

/// <summary>The result of a line.</summary>
/// <param name="Line">Index of the line, from 0.</param>
/// <param name="IsFailure">Whether it belongs into the file with the failures.</param>
/// <param name="Json">The line of the file, without a line break.</param>
public sealed record LineOutcome(int Line, bool IsFailure, string Json);

/// <summary>The files that a batch ends with; null for none.</summary>
/// <param name="Output">The results.</param>
/// <param name="Errors">The failures.</param>
public sealed record BatchFiles(NumberedFile? Output, NumberedFile? Errors);
