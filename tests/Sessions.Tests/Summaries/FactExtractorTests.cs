using Millrace.Sessions.Messages;
using Millrace.Sessions.Summaries;

namespace Millrace.Sessions.Tests.Summaries;

public sealed class FactExtractorTests
{
    [Theory]
    [InlineData("We meet Ada Lovelace there.")]
    [InlineData("the parcel weighs 12 kilos")]
    [InlineData("it must arrive on 2026-05-03")]
    [InlineData("my order number is AB-1234")]
    [InlineData("write to ada@example.org")]
    [InlineData("we decided to use the blue one")]
    [InlineData("call me Bob")]
    [InlineData("der Vertrag wurde beschlossen")]
    public void Extract_SentenceThatTells_IsKeptWordForWord(string sentence)
    {
        var facts = FactExtractor.Extract(Said(MessageRole.User, $"well well\n{sentence}\nand so on"));

        Assert.Equal([sentence], facts.Select(fact => fact.Text));
    }

    [Theory]
    [InlineData(MessageRole.User, "Hello there.")]
    [InlineData(MessageRole.User, "what do you think of it?")]
    [InlineData(MessageRole.Assistant, "That sounds lovely.")]
    [InlineData(MessageRole.System, "You must answer in 3 words.")]
    public void Extract_WhatTellsNothing_IsLeftOut(MessageRole role, string text) =>
        Assert.Empty(FactExtractor.Extract(Said(role, text)));

    [Fact]
    public void Extract_Citations_AreNoNumbers() =>
        Assert.Empty(FactExtractor.Extract(Said(MessageRole.Assistant, "It can be returned [1].")));

    [Fact]
    public void Extract_LongSentence_IsCutAroundWhatTells()
    {
        var text = $"{string.Concat(Enumerable.Repeat("bla ", 200))}order AB-1234 {string.Concat(Enumerable.Repeat("bla ", 200))}";

        var fact = FactExtractor.Extract(Said(MessageRole.User, text)).Single();

        Assert.Contains("AB-1234", fact.Text, StringComparison.Ordinal);
        Assert.InRange(fact.Text.Length, 10, FactExtractor.TextCharsMax + 2);
    }

    [Fact]
    public void Merge_MoreThanMayBeKept_KeepsTheMostTellingAndEachOnce()
    {
        var weak = Enumerable.Range(0, 500).Select(i => new Fact(MessageRole.User, $"weak {i}", i, 2));
        Fact[] strong = [new(MessageRole.User, "Strong.", 1, 9), new(MessageRole.User, "strong", 7, 9)];

        var kept = FactList.Merge(weak, strong);

        Assert.Equal(FactList.CountMax, kept.Count);
        Assert.Equal(strong[1], kept[0]);
        Assert.Equal("weak 499", kept[1].Text);
    }

    private static StoredMessage Said(MessageRole role, string text) =>
        new(1, new NewMessage { Id = "m", Role = role, Content = text }, "", DateTimeOffset.UnixEpoch);
}
