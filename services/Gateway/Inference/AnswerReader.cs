using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>
/// The stream of one generation, held to its contract: it does not end before each choice has. Half an answer, or none, would else look
/// like a whole one.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="choiceCount">Choices asked for; 0 means 1.</param>
internal sealed class AnswerReader(IAsyncStreamReader<GenerateResponse> stream, uint choiceCount)
{
    private readonly HashSet<uint> _finished = [];

    public GenerateResponse Current => stream.Current;

    /// <summary>Reads the next event.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="MillraceException">The stream failed, or ended too early (upstream_unavailable).</exception>
    public async Task<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        var isThere = await stream.MoveNext(cancellationToken);
        if (isThere && Current.EventCase == GenerateResponse.EventOneofCase.Finished) _finished.Add(Current.Finished.ChoiceIndex);
        if (!isThere && _finished.Count < Math.Max(1, choiceCount))
            throw new MillraceException(Reason.UpstreamUnavailable, "The model's server ended the answer too early. Ask again.");
        return isThere;
    }
}
