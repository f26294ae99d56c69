using System.Text;
using Millrace.TestShared;

namespace Millrace.Upstreams.Tests;

public sealed class SseReaderTests
{
    [Theory]
    [InlineData("data: a\n\ndata: b\n\n")]
    [InlineData("data: a\r\n\r\ndata: b\r\n\r\n")]
    [InlineData("data: a\r\rdata: b\r\r")]
    [InlineData(":comment\nid: 1\ndata:a\n\n\n\nretry: 5\n\ndata: b\n\ndata: never closed\n")]
    public async Task ReadAsync_AnyLineEndAndAnyCut_GivesTheEvents(string text)
    {
        for (var size = 1; size <= text.Length; size++)
            Assert.Equal(["|a", "|b"], await ReadAllAsync(Encoding.UTF8.GetBytes(text), size));
    }

    [Fact]
    public async Task ReadAsync_TypesAndSeveralDataLines_AreJoined() =>
        Assert.Equal(["ping|", "|a\nb"], await ReadAllAsync("event: ping\ndata\n\nevent: lost\n\ndata: a\ndata: b\n\n"u8.ToArray(), 7));

    [Fact]
    public async Task ReadAsync_CharacterCutInTwo_IsWhole() =>
        Assert.Equal(["|☃"], await ReadAllAsync("data: ☃\n\n"u8.ToArray(), 7));

    [Fact]
    public async Task ReadAsync_ManyLinesOfOneEvent_AreBoundedTogether()
    {
        var line = Encoding.UTF8.GetBytes("data: " + new string('x', 100_000) + "\n");
        byte[] bytes = [.. Enumerable.Repeat(line, 11).SelectMany(one => one)];

        await Assert.ThrowsAsync<SseException>(() => ReadAllAsync(bytes, 5000)).DefaultTimeout();
    }

    private static async Task<List<string>> ReadAllAsync(byte[] bytes, int pieceBytes)
    {
        var reader = new SseReader(new PieceStream(bytes, pieceBytes));
        var events = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None) is { } next)
            events.Add($"{next.Type}|{Encoding.UTF8.GetString(next.Data.Span)}");
        return events;
    }

    /// <summary>Gives at most so many bytes at a time, as a network does.</summary>
    private sealed class PieceStream(byte[] bytes, int pieceBytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
    }
}
