using Grpc.Core;
using Millrace.Standins.Tests.Grpc.Wire;

namespace Millrace.Standins.Tests.Grpc;

/// <summary>One call of each kind, checked.</summary>
internal static class EchoCalls
{
    public static async Task MakeAll(Echo.EchoClient client)
    {
        Assert.Equal("a", client.Say(new Words { Text = "a" }).Text);
        Assert.Equal("a", (await client.SayAsync(new Words { Text = "a" })).Text);

        using var repeat = client.Repeat(new Words { Text = "a", Times = 1 });
        Assert.Equal(["a1"], await Texts(repeat.ResponseStream));

        using var join = client.Join();
        await join.RequestStream.WriteAsync(new Words { Text = "a" });
        await join.RequestStream.CompleteAsync();
        Assert.Equal("a", (await join).Text);

        using var talk = client.Talk();
        await talk.RequestStream.WriteAsync(new Words { Text = "a" });
        await talk.RequestStream.CompleteAsync();
        Assert.Equal(["a"], await Texts(talk.ResponseStream));
    }

    private static async Task<List<string>> Texts(IAsyncStreamReader<Words> stream)
    {
        var texts = new List<string>();
        await foreach (var words in stream.ReadAllAsync()) texts.Add(words.Text);
        return texts;
    }
}
