using System.Text.Json.Serialization;
using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Runs;

/// <summary>A piece of a run.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">For an event, its lines without the id; for a body, its bytes; else JSON.</param>
internal readonly record struct RunPiece(RunFrameKind Kind, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Whether clients see it.</summary>
    public bool IsShown => Kind >= RunFrameKind.Head;
}

/// <summary>How an answer begins.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Headers that describe the answer, not the request.</param>
internal sealed record RunHead(int Status, Dictionary<string, string> Headers);

/// <summary>What a run was asked for: all that another gateway needs to make the same answer.</summary>
internal sealed record RunInput
{
    /// <summary>Which kind of request it is.</summary>
    public required string Kind { get; init; }

    /// <summary>Id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Id of the request that began it.</summary>
    public required string RequestId { get; init; }

    /// <summary>When it was begun, by the clock of the gateway that began it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Labels that its caller holds; null when nothing bounds it.</summary>
    public string[]? Labels { get; init; }

    /// <summary>How long it goes on while nobody reads it; null for as long as it takes.</summary>
    public TimeSpan? DetachedFor { get; init; }

    /// <summary>How long it is kept.</summary>
    public required TimeSpan KeptFor { get; init; }

    /// <summary>What was found out about the request when it was begun, in the words of its kind; null for nothing.</summary>
    public string? Context { get; init; }

    /// <summary>The request's body.</summary>
    public required string Body { get; init; }
}

/// <summary>How a run ended.</summary>
/// <param name="State">Completed, failed or cancelled.</param>
/// <param name="Result">What is told of it from now on.</param>
/// <param name="IsVoid">Whether the same request may begin anew.</param>
internal sealed record RunEnd(RunState State, ReadOnlyMemory<byte> Result = default, bool IsVoid = false);

/// <summary>Source-generated JSON of what a run keeps beside its answer.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(RunHead))]
[JsonSerializable(typeof(RunInput))]
[JsonSerializable(typeof(PreparedState))]
[JsonSerializable(typeof(RawPiece))]
internal sealed partial class RunJson : JsonSerializerContext;
