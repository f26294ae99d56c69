using System.Buffers;
using System.Text;

namespace Millrace.Inference.Detokenization;

/// <summary>
/// Turns the bytes of one token after another into text: whole characters only, and nothing that could still become a stop string.
/// Bytes that are not UTF-8 become U+FFFD.
/// </summary>
internal sealed class TextStream(IEnumerable<string> stops)
{
    private const int StackCharsMax = 256;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StopStrings _stops = new(stops);

    /// <summary>The stop string that was met; null so far.</summary>
    public string? StopMet => _stops.Met;

    /// <summary>Adds a token's bytes.</summary>
    /// <returns>Text that became certain; may be empty.</returns>
    public string Add(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>No more bytes come.</summary>
    /// <returns>What was held back.</returns>
    public string Finish() => StopMet is null ? Decode([], flush: true) + _stops.Finish() : "";

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        // A byte makes at most one character, and so may each of the three that can be pending.
        var charsMax = bytes.Length + 4;
        var rented = charsMax > StackCharsMax ? ArrayPool<char>.Shared.Rent(charsMax) : null;
        var chars = rented ?? stackalloc char[StackCharsMax];
        var text = _stops.Add(chars[.._decoder.GetChars(bytes, chars, flush)]);
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return text;
    }
}
