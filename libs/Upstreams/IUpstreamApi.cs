using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>A request as it is sent.</summary>
/// <param name="Path">Path below the upstream's base address.</param>
/// <param name="Json">The body.</param>
internal sealed record UpstreamBody(string Path, ReadOnlyMemory<byte> Json);

/// <summary>
/// One provider's API. It translates between the contract's messages and the provider's JSON without a form of its own between them: both
/// are wire formats that say whether a field was set, which is what decides whether it is sent.
/// </summary>
internal interface IUpstreamApi
{
    /// <summary>Name of the provider by OpenTelemetry's GenAI conventions.</summary>
    string Provider { get; }

    /// <summary>Headers that carry the key and the version.</summary>
    IEnumerable<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The request for a generation.</summary>
    /// <exception cref="ServiceDefaults.Errors.MillraceException">It asks for what this API cannot do.</exception>
    UpstreamBody Generate(GenerateRequest request, string remoteModel);

    /// <summary>Understands the events that answer it.</summary>
    IAnswerDecoder Decoder(GenerateRequest request, AnswerBuilder answer);
}

/// <summary>Understands the events of one answer.</summary>
internal interface IAnswerDecoder
{
    /// <summary>Takes one event into the answer.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is no JSON, or not of the API's shape.</exception>
    /// <exception cref="SseException">It does not suit what came before.</exception>
    /// <exception cref="UpstreamErrorEvent">It is an error.</exception>
    void Decode(SseEvent next);
}

/// <summary>The upstream reports an error within its stream.</summary>
internal sealed class UpstreamErrorEvent(UpstreamErrorBody body) : Exception("The upstream reported an error.")
{
    /// <summary>What it says.</summary>
    public UpstreamErrorBody Body { get; } = body;
}
