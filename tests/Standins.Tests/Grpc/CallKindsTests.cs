using Grpc.Core;
using Millrace.Standins.Tests.Grpc.Wire;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>The four kinds of calls, over real sockets.</summary>
public sealed class CallKindsTests : IAsyncLifetime
{
    private EchoHost _host = null!;

    public async Task InitializeAsync() => _host = await EchoHost.Start();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Unary_Called_Answers()
    {
        var call = _host.Client.SayAsync(new Words { Text = "hello" });

        Assert.Equal("hello", (await call).Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public void Unary_CalledBlocking_Answers() => Assert.Equal("hello", _host.Client.Say(new Words { Text = "hello" }).Text);

    [Fact]
    public async Task ServerStreaming_Called_AnswersInOrder()
    {
        using var call = _host.Client.Repeat(new Words { Text = "n", Times = 100 });

        var texts = new List<string>();
        await foreach (var words in call.ResponseStream.ReadAllAsync()) texts.Add(words.Text);

        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"n{i}"), texts);
    }

    [Fact]
    public async Task ClientStreaming_Called_AnswersAfterTheLast()
    {
        using var call = _host.Client.Join();
        foreach (var text in new[] { "a", "b", "c" }) await call.RequestStream.WriteAsync(new Words { Text = text });
        await call.RequestStream.CompleteAsync();

        Assert.Equal("a b c", (await call).Text);
    }

    [Fact]
    public async Task DuplexStreaming_Called_AnswersEachInTurn()
    {
        using var call = _host.Client.Talk();
        foreach (var text in new[] { "a", "b", "c" })
        {
            await call.RequestStream.WriteAsync(new Words { Text = text }, CancellationToken.None);
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
    }
}
