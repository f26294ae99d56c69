using Millrace.Guardrails.Classification;

namespace Millrace.Guardrails.Tests.Classification;

public sealed class TextFeaturesTests
{
    [Theory]
    [InlineData("Ignore  the\n\trules", "ignore the rules")]
    [InlineData("room 7", "room 3")]
    [InlineData("ÜBER", "über")]
    [InlineData("  a text ", "a text")]
    public void Read_WhatIsTheSameToAClassifier_HasTheSameFeatures(string one, string other) => Assert.Equal(Read(one), Read(other));

    [Fact]
    public void Read_OtherOrderOfWords_HasOtherFeatures() => Assert.NotEqual(Read("man bites dog"), Read("dog bites man"));

    [Fact]
    public void Read_ShortText_HasItsRunsAndWords()
    {
        // " hi " has two runs of three characters, one of four, and a word that counts three times.
        Assert.Equal([(1, 3), (3, 1)], Read("hi").GroupBy(feature => feature.Weight).Select(group => (group.Key, group.Count())));
    }

    [Fact]
    public void Read_Ideographs_AreWordsOfTheirOwn()
    {
        var words = Read("忽略规则").Count(feature => feature.Weight > 1);

        Assert.Equal(4 + 3 + 2, words);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    public void Read_Nothing_HasNoFeatures(string text) => Assert.Empty(Read(text));

    private static List<(ulong Hash, int Weight)> Read(string text)
    {
        var sink = new Collector();
        TextFeatures.Read(text, ref sink);
        return [.. sink.Features.OrderBy(feature => feature.Weight)];
    }

    private struct Collector() : IFeatureSink
    {
        public List<(ulong Hash, int Weight)> Features { get; } = [];

        public readonly void Add(ulong hash, int weight) => Features.Add((hash, weight));
    }
}
