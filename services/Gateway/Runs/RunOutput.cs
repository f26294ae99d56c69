using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>
/// Where the maker of an answer writes it. What an earlier owner has shown already is made again and held against what was shown: clients
/// get nothing twice, and nothing that does not follow what they have.
/// </summary>
internal sealed class RunOutput(RunJournal journal, LiveRun live, RunLegacy legacy, int bytesMax)
{
    private long _bytes = legacy.Shown.Sum(piece => (long)piece.Bytes.Length);
    private int _again;
    private bool _isBroken;

    /// <summary>Whether a client may have seen something.</summary>
    public bool HasStarted { get; private set; } = legacy.Shown.Count > 0;

    /// <summary>How many events were shown.</summary>
    public int EventCount { get; private set; } = legacy.Shown.Count(piece => piece.Kind == RunFrameKind.Event);

    /// <summary>Tells how many tokens the answer took, before it ends.</summary>
    public void Took(int tokens) => live.Tokens = tokens;

    /// <summary>Says how the answer begins.</summary>
    public ValueTask BeginAsync(RunHead head, CancellationToken cancellationToken) => ShowAsync(
        new RunPiece(RunFrameKind.Head, JsonSerializer.SerializeToUtf8Bytes(head, RunJson.Default.RunHead)), cancellationToken);

    /// <summary>Shows an event of a stream.</summary>
    /// <param name="lines">Its lines, the empty one included, without an id.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public ValueTask EventAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) =>
        ShowAsync(new RunPiece(RunFrameKind.Event, lines), cancellationToken);

    /// <summary>Shows an event that need not say the same when it is made again, as one does that tells what is known so far.</summary>
    public ValueTask VaryingEventAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) =>
        ShowAsync(new RunPiece(RunFrameKind.Event, lines), cancellationToken, isVarying: true);

    /// <summary>Shows a body.</summary>
    public ValueTask BodyAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        ShowAsync(new RunPiece(RunFrameKind.Body, bytes), cancellationToken);

    /// <summary>Keeps something for the next owner.</summary>
    public ValueTask KeepAsync(RunFrameKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(new RunPiece(kind, bytes), cancellationToken);

    /// <summary>
    /// The answer is not made any further: what comes now says why, behind whatever was shown, and is not held to the limit.
    /// </summary>
    public void BreakOff() => (_again, _isBroken) = (legacy.Shown.Count, true);

    private ValueTask ShowAsync(RunPiece piece, CancellationToken cancellationToken, bool isVarying = false)
    {
        if (_again < legacy.Shown.Count)
        {
            RequireSame(legacy.Shown[_again++], piece, isVarying);
            return ValueTask.CompletedTask;
        }

        HasStarted = true;
        if (piece.Kind == RunFrameKind.Event) EventCount++;
        return WriteAsync(piece, cancellationToken);
    }

    private ValueTask WriteAsync(RunPiece piece, CancellationToken cancellationToken)
    {
        _bytes += piece.Bytes.Length;
        return _bytes <= bytesMax || _isBroken
            ? journal.WriteAsync(piece, cancellationToken)
            : throw new MillraceException(Reason.PayloadTooLarge, $"The answer has more than {bytesMax} bytes, and is not kept.");
    }

    // A head tells times, and so does what follows the model's last word.
    private void RequireSame(RunPiece shown, RunPiece made, bool isVarying)
    {
        if (shown.Kind == made.Kind
            && (isVarying || made.Kind == RunFrameKind.Head || legacy.IsSaidToTheEnd || shown.Bytes.Span.SequenceEqual(made.Bytes.Span)))
            return;
        throw new MillraceException(
            Reason.UpstreamUnavailable,
            "The gateway that made this answer has stopped, and it could not be continued word by word. Ask again, with a new key.");
    }
}
