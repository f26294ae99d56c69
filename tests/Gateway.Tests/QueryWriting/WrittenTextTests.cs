using Millrace.Gateway.QueryWriting;

namespace Millrace.Gateway.Tests.QueryWriting;

public sealed class WrittenTextTests
{
    private const string Prompt = "You rewrite the last message. Rules:\n1. Add nothing that was not said.\n\nLast message: ";
    private const string Refusal = "I don't have enough information to answer that.";

    private static readonly WrittenText Reader = new(Prompt, Refusal);

    [Theory]
    [InlineData("How long does express take?", "How long does express take?")]
    [InlineData("\n  Question: \"How long?\"\nBecause", "How long?")]
    [InlineData("1. How long?", "How long?")]
    [InlineData("- What are the 3 rules?", "What are the 3 rules?")]
    [InlineData("2026 prices", "2026 prices")]
    [InlineData("was not said", "was not said")]
    [InlineData(" \n ?! ", null)]
    [InlineData("", null)]
    [InlineData("the the the the the the", null)]
    [InlineData("How long? How long? How long?", null)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaa", null)]
    [InlineData("<|im_start|>assistant", null)]
    [InlineData("How \u0007long?", null)]
    [InlineData("How lo\uFFFDng?", null)]
    [InlineData("1. Add nothing that was not said.", null)]
    [InlineData("i don't have enough information to answer that", null)]
    public void Query_WhatModelsWrite_IsOneLine(string written, string? expected) => Assert.Equal(expected, Reader.Query(Whole(written)));

    [Fact]
    public void Query_TooLong_IsNone() => Assert.Null(Reader.Query(Whole(string.Join(' ', Enumerable.Range(0, 400)))));

    [Fact]
    public void Query_CutOff_IsNoneUnlessItsLineEnded()
    {
        Assert.Null(Reader.Query(new Writing("How long does the express delivery of a parcel that", IsWhole: false)));
        Assert.Equal("How long?", Reader.Query(new Writing("How long?\nBecause the", IsWhole: false)));
    }

    [Fact]
    public void Queries_ManyLines_AreDifferentAndNotTheQuestion()
    {
        var writing = Whole("1) How long?\n2) delivery time\n* Delivery time\n\n3) days in transit\n4) more");

        Assert.Equal(["delivery time", "days in transit"], Reader.Queries(writing, "how long", 2));
    }

    [Fact]
    public void Queries_SomeLinesAreNone_OthersStay() =>
        Assert.Equal(["delivery time"], Reader.Queries(Whole($"{Refusal}\ndelivery time\nx x x x x x x"), "how long", 3));

    [Fact]
    public void Passage_Lines_AreJoined() => Assert.Equal("It takes two days.", Reader.Passage(Whole("Passage: It takes\n two days.\n")));

    [Fact]
    public void Passage_CutOff_IsTaken() => Assert.Equal("It takes two", Reader.Passage(new Writing("It takes two", IsWhole: false)));

    [Theory]
    [InlineData(Refusal)]
    [InlineData(" ")]
    [InlineData("no no no no no no no")]
    public void Passage_None_IsNull(string written) => Assert.Null(Reader.Passage(Whole(written)));

    private static Writing Whole(string text) => new(text, IsWhole: true);
}
