using Millrace.Retrieval.Chunking;

namespace Millrace.Retrieval.Tests.Chunking;

public sealed class SentenceBoundariesTests
{
    [Theory]
    [InlineData("One. Two! Three?", "One.|Two!|Three?")]
    [InlineData("He said \"Stop.\" Then left.", "He said \"Stop.\"|Then left.")]
    [InlineData("Use e.g. Linux or Dr. Smith's. Fine.", "Use e.g. Linux or Dr. Smith's.|Fine.")]
    [InlineData("It costs $4.90 today. Version 2.0 is out.", "It costs $4.90 today.|Version 2.0 is out.")]
    [InlineData("1. Open the door.", "1. Open the door.")]
    [InlineData("Wait... and see. J. Doe came.", "Wait... and see.|J. Doe came.")]
    [InlineData("你好。再见！", "你好。|再见！")]
    [InlineData("你好。\u0301再见", "你好。\u0301|再见")]
    [InlineData("no end", "no end")]
    public void EndOfSentence_Text_IsCutWhereReadersCut(string text, string expected)
    {
        var sentences = TextPieces.Cut(text, new TextRange(0, text.Length), PieceLevel.Sentence)
            .Select(range => text.Substring(range.Start, range.Length));

        Assert.Equal(expected.Split('|'), sentences);
    }
}
