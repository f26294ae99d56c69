using System.Text.Json;
using Google.Protobuf;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Runs;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Tests.Runs;

/// <summary>What the next owner of a run reads out of its frames.</summary>
public sealed class RunLegacyTests
{
    [Fact]
    public void Of_Pieces_ComeBackAsTheyWereSaid()
    {
        TokenLogprob[] logprobs = [new("a"u8.ToArray(), -0.25f, [new TokenLogprob("b"u8.ToArray(), -1.5f, [])])];
        var legacy = RunLegacy.Of(
        [
            Raw(new RawPiece { Choice = 1, Text = "Once", IsEcho = true }),
            Raw(new RawPiece { Choice = 1, Text = "a", Logprobs = logprobs, Usage = new ChatUsage(3, 2, 1) }),
            Raw(new RawPiece { Choice = 1, Finish = ChatFinishReason.Stop, Stop = "END" }),
        ]);

        Assert.Equal("Once", Assert.IsType<PromptEchoed>(legacy.Said[0].Event).Text);
        var delta = Assert.IsType<ChatDelta>(legacy.Said[1].Event);
        Assert.Equal((1, "a", new ChatUsage(3, 2, 1)), (delta.Choice, delta.Text, legacy.Said[1].Usage));
        Assert.Equal(-0.25f, delta.Logprobs[0].Logprob);
        Assert.Equal("b"u8.ToArray(), delta.Logprobs[0].Top[0].Token.ToArray());
        Assert.Equal("END", Assert.IsType<ChatFinished>(legacy.Said[2].Event).Stop);
        Assert.True(legacy.IsSaidToTheEnd);
    }

    [Fact]
    public void Of_AnswerThatWasBegunAnew_ForgetsWhatWasSaidBefore()
    {
        var legacy = RunLegacy.Of(
        [
            Frame(RunFrameKind.Prepared, "{}"u8.ToArray()),
            Raw(new RawPiece { Text = "First" }),
            Frame(RunFrameKind.Prepared, "{}"u8.ToArray()),
            Raw(new RawPiece { Text = "Second" }),
        ]);

        Assert.Equal("Second", Assert.IsType<ChatDelta>(Assert.Single(legacy.Said).Event).Text);
        Assert.NotNull(legacy.Prepared);
        Assert.Empty(legacy.Shown);
    }

    private static RunFrame Raw(RawPiece piece) =>
        Frame(RunFrameKind.Raw, JsonSerializer.SerializeToUtf8Bytes(piece, RunJson.Default.RawPiece));

    private static RunFrame Frame(RunFrameKind kind, byte[] payload) => new() { Kind = kind, Payload = ByteString.CopyFrom(payload) };
}
