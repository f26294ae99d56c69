using System.Globalization;
using Millrace.Gateway.Explaining;

namespace Millrace.Gateway.Streaming;

/// <summary>What the headers of an answer tell of it.</summary>
internal static class AnswerHeaders
{
    /// <summary>The model that answers.</summary>
    public const string Model = "x-millrace-model";

    /// <summary>
    /// Milliseconds that were the platform's own, from the arrival of the request until the first byte of a stream or the last of a whole
    /// answer, without the time in which a model was awaited. Reading and writing JSON are in it; the edge adds its own and the way there.
    /// </summary>
    public const string Overhead = "x-millrace-overhead-ms";

    /// <summary>Milliseconds in which a model was awaited up to the same moment, its queue included.</summary>
    public const string ModelTime = "x-millrace-model-ms";

    /// <summary>Sets them. The answer must not have started.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="servedBy">The model.</param>
    /// <param name="timeline">Where the time went.</param>
    public static void Set(IHeaderDictionary headers, string servedBy, RunTimeline timeline)
    {
        SetModel(headers, servedBy);
        headers[Overhead] = Milliseconds(timeline.Overhead);
        headers[ModelTime] = Milliseconds(timeline.Model);
    }

    /// <summary>
    /// Sets the model alone. An upstream may call its model what it likes, and a header takes visible ASCII only: what is none is
    /// percent-encoded.
    /// </summary>
    /// <param name="headers">The headers.</param>
    /// <param name="servedBy">The model.</param>
    public static void SetModel(IHeaderDictionary headers, string servedBy) =>
        headers[Model] = servedBy.AsSpan().ContainsAnyExceptInRange(' ', '~') ? Uri.EscapeDataString(servedBy) : servedBy;

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture);
}
