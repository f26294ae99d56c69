using System.Buffers;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;

namespace Millrace.Gateway.Batches;

/// <summary>A line of a file, as it stands.</summary>
/// <param name="Index">Which, from 0.</param>
/// <param name="Bytes">Its bytes, without the line break; null when it is longer than a line may be.</param>
internal sealed record RawLine(int Index, byte[]? Bytes);

/// <summary>Cuts a file that arrives in pieces into lines. Blank lines count and are left out.</summary>
internal static class BatchLines
{
    /// <summary>Reads the lines.</summary>
    /// <param name="pieces">The file.</param>
    /// <param name="lineBytesMax">Most bytes of a line.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async IAsyncEnumerable<RawLine> ReadAsync(
        IAsyncStreamReader<ReadFileResponse> pieces, int lineBytesMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var line = new Pending(lineBytesMax);
        while (await pieces.MoveNext(cancellationToken))
        {
            var rest = pieces.Current.Content.Memory;
            for (var end = rest.Span.IndexOf((byte)'\n'); end >= 0; end = rest.Span.IndexOf((byte)'\n'))
            {
                line.Add(rest.Span[..end]);
                rest = rest[(end + 1)..];
                if (line.Take() is { } whole) yield return whole;
            }

            line.Add(rest.Span);
        }

        if (line.Take() is { } last) yield return last;
    }

    private sealed class Pending(int bytesMax)
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private int _index;
        private bool _isTooLong;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            _isTooLong |= _bytes.WrittenCount + bytes.Length > bytesMax;
            if (!_isTooLong) _bytes.Write(bytes);
        }

        public RawLine? Take()
        {
            var index = _index++;
            var bytes = _bytes.WrittenSpan.ToArray();
            var isBlank = !_isTooLong && bytes.All(value => value is (byte)' ' or (byte)'\t' or (byte)'\r');
            var line = isBlank ? null : new RawLine(index, _isTooLong ? null : bytes);
            _bytes.ResetWrittenCount();
            _isTooLong = false;
            return line;
        }
    }
}
