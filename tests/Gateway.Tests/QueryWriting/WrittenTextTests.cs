using Millrace.Gateway.QueryWriting;

namespace Millrace.Gateway.Tests.QueryWriting;

public sealed class WrittenTextTests
{
    [Theory]
    [InlineData("How long does express take?", "How long does express take?")]
    [InlineData("\n  Question: \"How long?\"\nBecause", "How long?")]
    [InlineData("1. How long?", "How long?")]
    [InlineData("- What are the 3 rules?", "What are the 3 rules?")]
    [InlineData("2026 prices", "2026 prices")]
    [InlineData(" \n ?! ", null)]
    [InlineData("", null)]
    public void Query_WhatModelsWrite_IsOneLine(string written, string? expected) => Assert.Equal(expected, WrittenText.Query(written));

    [Fact]
    public void Query_TooLong_IsNone() => Assert.Null(WrittenText.Query(new string('a', WrittenText.QueryCharsMax + 1)));

    [Fact]
    public void Queries_ManyLines_AreDifferentAndNotTheQuestion()
    {
        var queries = WrittenText.Queries("1) How long?\n2) delivery time\n* Delivery time\n\n3) days in transit\n4) more", "how long", 2);

        Assert.Equal(["delivery time", "days in transit"], queries);
    }

    [Fact]
    public void Passage_Lines_AreJoined() => Assert.Equal("It takes two days.", WrittenText.Passage("Passage: It takes\n two days.\n"));
}
