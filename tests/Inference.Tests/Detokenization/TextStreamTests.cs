using System.Text;
using Millrace.Inference.Detokenization;

namespace Millrace.Inference.Tests.Detokenization;

public sealed class TextStreamTests
{
    private const string Text = "a😀é漢\u200D👩‍👩‍👧 zß";

    [Fact]
    public void Add_EveryByteSplitOfEmojiText_GivesWholeCharactersThatJoinToTheText()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var first = 0; first <= bytes.Length; first++)
            for (var second = first; second <= bytes.Length; second++)
            {
                var stream = new TextStream([]);
                string[] parts =
                [
                    stream.Add(bytes.AsSpan(0, first)),
                    stream.Add(bytes.AsSpan(first..second)),
                    stream.Add(bytes.AsSpan(second)),
                    stream.Finish(),
                ];

                Assert.Equal(Text, string.Concat(parts));
                Assert.All(parts, AssertWhole);
            }
    }

    [Fact]
    public void Add_ByteByByte_EmitsACharacterWithItsLastByte()
    {
        var stream = new TextStream([]);
        var emoji = Encoding.UTF8.GetBytes("😀");

        Assert.Equal(["", "", "", "😀"], emoji.Select(value => stream.Add([value])));
    }

    [Fact]
    public void Add_BytesThatAreNotUtf8_BecomeReplacementCharacters()
    {
        var stream = new TextStream([]);

        Assert.Equal("a\uFFFDb", stream.Add([(byte)'a', 0xFF, (byte)'b']));
        Assert.Equal("", stream.Add([0xF0, 0x9F]));
        Assert.Equal("\uFFFD", stream.Finish());
    }

    [Fact]
    public void Add_StopStringAcrossTokens_EndsTheTextBeforeIt()
    {
        var stream = new TextStream(["😀!"]);
        var bytes = Encoding.UTF8.GetBytes("so 😀! not this");
        var text = string.Concat(bytes.TakeWhile(_ => stream.StopMet is null).Select(value => stream.Add([value])));

        Assert.Equal("so ", text + stream.Finish());
        Assert.Equal("😀!", stream.StopMet);
    }

    [Fact]
    public void Add_TokenLongerThanTheStackBuffer_IsDecoded()
    {
        var longText = string.Concat(Enumerable.Repeat("漢字", 400));

        Assert.Equal(longText, new TextStream([]).Add(Encoding.UTF8.GetBytes(longText)));
    }

    private static void AssertWhole(string text) => Assert.Equal(text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
}
