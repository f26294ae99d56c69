using Millrace.Guardrails.Content;

namespace Millrace.Guardrails.Tests.Content;

public sealed class LexiconTests
{
    [Theory]
    [InlineData("fuck", "")]
    [InlineData("FUCK", "")]
    [InlineData("f*ck", "fuck")]
    [InlineData("f**k", "fuck")]
    [InlineData("f***", "fuck")]
    [InlineData("fuuuuck", "fuck")]
    [InlineData("sh1t", "shit")]
    [InlineData("@sshole", "asshole")]
    [InlineData("a$$hole", "asshole")]
    public void Find_HiddenWord_IsKnownInPlainLetters(string word, string plain)
    {
        var letters = new char[WordFolding.CharsMax];

        var kinds = Lexicon.Find(word, letters, out var length);

        Assert.True(kinds.HasFlag(WordKinds.Profanity));
        Assert.Equal(plain, new string(letters, 0, length));
    }

    [Theory]
    [InlineData("duck")]
    [InlineData("455")]
    [InlineData("assistant")]
    [InlineData("classic")]
    [InlineData("Scunthorpe")]
    [InlineData("***")]
    [InlineData("")]
    public void Find_OtherWord_IsOfNoKind(string word) =>
        Assert.Equal(WordKinds.None, Lexicon.Find(word, new char[WordFolding.CharsMax], out _));

    [Theory]
    [InlineData("You i d i o t!", "You idiot!")]
    [InlineData("what a s.h.i.t show", "what a shit show")]
    [InlineData("**fuck** it", "**fuck** it")]
    [InlineData("I a m h e r e", "I a m h e r e")]
    [InlineData("", "")]
    public void Read_SpacedWord_IsJoined(string sentence, string expected)
    {
        var plain = new char[sentence.Length];

        ContentText.Read(sentence, plain, out var length);

        Assert.Equal(expected, new string(plain, 0, length));
    }
}
