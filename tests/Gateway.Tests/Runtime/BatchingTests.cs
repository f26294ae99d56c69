using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Millrace.Gateway.Explaining;
using Millrace.Gateway.Runtime;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Runtime;

public sealed class BatchingTests
{
    private readonly Channel<ChatEvent> _model = Channel.CreateUnbounded<ChatEvent>();
    private readonly RunTimeline _timeline = new(TimeProvider.System, 0);

    [Fact]
    public async Task BatchAsync_PiecesThatAreThere_AreOne()
    {
        Say(new ChatDelta(0, "a"), new ChatDelta(0, "b"), new ChatDelta(0, "c"), Finished(0));
        _model.Writer.Complete();

        Assert.Equal([new ChatDelta(0, "abc"), Finished(0)], await ReadAsync(100));
    }

    [Fact]
    public async Task BatchAsync_PieceBeforeTheNextIsThere_DoesNotWait()
    {
        await using var answer = Batch(100).GetAsyncEnumerator();
        Say(new ChatDelta(0, "a"));
        Assert.True(await answer.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.Equal(new ChatDelta(0, "a"), answer.Current);

        Say(new ChatDelta(0, "b"), new ChatDelta(0, "c"));
        _model.Writer.Complete();
        Assert.True(await answer.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.StartsWith("b", Assert.IsType<ChatDelta>(answer.Current).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BatchAsync_WhereOnlyTheWholeIsOfUse_WaitsForMore()
    {
        await using var answer = Waiting(new ManualTimeProvider()).GetAsyncEnumerator();
        Say(new ChatDelta(0, "a"));
        var first = answer.MoveNextAsync().AsTask();
        Say(new ChatDelta(0, "b"));
        Assert.False(first.IsCompleted);

        Say(new ChatDelta(0, "cd"), Finished(0));
        _model.Writer.Complete();

        Assert.True(await first.DefaultTimeout());
        Assert.Equal(new ChatDelta(0, "ab"), answer.Current);
        Assert.True(await answer.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.Equal(new ChatDelta(0, "cd"), answer.Current);
        Assert.True(await answer.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.Equal(Finished(0), answer.Current);
    }

    [Fact]
    public async Task BatchAsync_WhereOnlyTheWholeIsOfUseAndTheModelIsSlow_WaitsAMoment()
    {
        await using var answer = Waiting(TimeProvider.System).GetAsyncEnumerator();
        Say(new ChatDelta(0, "a"));

        Assert.True(await answer.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.Equal(new ChatDelta(0, "a"), answer.Current);
    }

    [Fact]
    public async Task BatchAsync_WhereOnlyTheWholeIsOfUseAndItHasNoEnd_KeepsTheLastPiece()
    {
        Say(new ChatDelta(0, "a"), new ChatDelta(0, "b"));
        _model.Writer.Complete();

        Assert.Equal([new ChatDelta(0, "ab")], await ReadAsync(100, waits: true));
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 1)]
    public async Task BatchAsync_MoreThanTheMost_IsSeveral(int charsMax, int pieces)
    {
        Say(new ChatDelta(0, "a"), new ChatDelta(0, "b"), new ChatDelta(0, "c"), new ChatDelta(0, "d"));
        _model.Writer.Complete();

        var read = await ReadAsync(charsMax);

        Assert.Equal(pieces, read.Count);
        Assert.Equal("abcd", string.Concat(read.Cast<ChatDelta>().Select(delta => delta.Text)));
    }

    [Fact]
    public async Task BatchAsync_OtherChoicesProbabilitiesAndToolCalls_StayApartAndInOrder()
    {
        ChatEvent[] said =
        [
            new ChatDelta(0, "a"), new ChatDelta(1, "b"), new ChatDelta(1, "c", [new TokenLogprob("c"u8.ToArray(), -1, [])]),
            new ChatDelta(1, "d"), new ChatToolCallDelta(1, 0, "call_1", "f", "{"), new ChatToolCallDelta(1, 0, null, null, "}"),
            Finished(1),
        ];
        Say(said);
        _model.Writer.Complete();

        Assert.Equal(said, await ReadAsync(100));
    }

    [Fact]
    public async Task BatchAsync_ReaderWhoLeaves_StopsTheModelThatIsAwaited()
    {
        var stopped = new TaskCompletionSource();
        Say(new ChatDelta(0, "a"));
        await foreach (var next in Model(stopped).BatchAsync(100, waits: false, _timeline, CancellationToken.None)) break;

        await stopped.Task.DefaultTimeout();
    }

    [Fact]
    public async Task BatchAsync_ModelThatFails_FailsBehindWhatItSaid()
    {
        Say(new ChatDelta(0, "a"));
        _model.Writer.Complete(new InvalidOperationException("broken"));
        await using var answer = Batch(100).GetAsyncEnumerator();

        Assert.True(await answer.MoveNextAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await answer.MoveNextAsync());
    }

    private static ChatFinished Finished(int choice) => new(choice, ChatFinishReason.Stop, []);

    private void Say(params ChatEvent[] events)
    {
        foreach (var next in events) Assert.True(_model.Writer.TryWrite(next));
    }

    private IAsyncEnumerable<ChatEvent> Batch(int charsMax, bool waits = false) =>
        _model.Reader.ReadAllAsync().BatchAsync(charsMax, waits, _timeline, CancellationToken.None);

    private IAsyncEnumerable<ChatEvent> Waiting(TimeProvider time) =>
        _model.Reader.ReadAllAsync().BatchAsync(charsMax: 3, waits: true, new RunTimeline(time, 0), CancellationToken.None);

    private async Task<List<ChatEvent>> ReadAsync(int charsMax, bool waits = false)
    {
        List<ChatEvent> read = [];
        await foreach (var next in Batch(charsMax, waits)) read.Add(next);
        return read;
    }

    private async IAsyncEnumerable<ChatEvent> Model(
        TaskCompletionSource stopped, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            await foreach (var next in _model.Reader.ReadAllAsync(cancellationToken)) yield return next;
        }
        finally
        {
            stopped.SetResult();
        }
    }
}
