using System.Text.Json;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Runs;

/// <summary>What an earlier owner of a run has left.</summary>
/// <param name="Shown">What clients may have seen.</param>
/// <param name="Prepared">What was found out before the generation; null when it did not get that far.</param>
/// <param name="Said">What the model said.</param>
internal sealed record RunLegacy(IReadOnlyList<RunPiece> Shown, PreparedChat? Prepared, IReadOnlyList<SaidPiece> Said)
{
    /// <summary>That of a run that begins.</summary>
    public static RunLegacy None { get; } = new([], null, []);

    /// <summary>Whether the model had said all.</summary>
    public bool IsSaidToTheEnd => Said.Count > 0 && Said[^1].Event is ChatFinished;

    /// <summary>Reads the frames of a run behind its first.</summary>
    public static RunLegacy Of(IEnumerable<RunFrame> frames)
    {
        List<RunPiece> shown = [];
        List<SaidPiece> said = [];
        PreparedChat? prepared = null;
        foreach (var frame in frames)
        {
            var bytes = frame.Payload.Span;
            if (frame.Kind >= RunFrameKind.Head) shown.Add(new RunPiece(frame.Kind, frame.Payload.Memory));
            else if (frame.Kind == RunFrameKind.Raw) said.Add(JsonSerializer.Deserialize(bytes, RunJson.Default.RawPiece)!.ToSaid());
            else if (frame.Kind == RunFrameKind.Prepared)
            {
                // The model was asked anew: what it said before is not what clients get.
                prepared = JsonSerializer.Deserialize(bytes, RunJson.Default.PreparedState)!.ToPrepared();
                said.Clear();
            }
        }

        return new RunLegacy(shown, prepared, said);
    }
}
