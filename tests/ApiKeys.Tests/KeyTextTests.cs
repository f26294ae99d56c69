namespace Millrace.ApiKeys.Tests;

public sealed class KeyTextTests
{
    [Fact]
    public void Create_MakesTextsThatAreKeysAndDiffer()
    {
        var texts = Enumerable.Range(0, 1000).Select(_ => KeyText.Create()).ToList();

        Assert.Equal(1000, texts.Distinct().Count());
        Assert.All(
            texts, text => Assert.True(KeyText.TryReadId(text, out var id) && text.StartsWith($"mr-{id}-", StringComparison.Ordinal)));
        Assert.All(texts, text => Assert.Equal(3 + 8 + 1 + 32, text.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mr-")]
    [InlineData("mr-abcdefgh-0123456789012345678901234567890")]
    [InlineData("mr-abcdefgh-012345678901234567890123456789012")]
    [InlineData("MR-abcdefgh-01234567890123456789012345678901")]
    [InlineData("mr-abcdefgh_01234567890123456789012345678901")]
    [InlineData("mr-abcdefg/-01234567890123456789012345678901")]
    [InlineData("mr-abcdefgh-0123456789012345678901234567890é")]
    public void TryReadId_OtherText_IsNoKey(string text) => Assert.False(KeyText.TryReadId(text, out _));

    [Fact]
    public void Hash_IsThatOfTheWholeText() =>
        Assert.NotEqual(
            KeyText.Hash("mr-abcdefgh-01234567890123456789012345678901"), KeyText.Hash("mr-abcdefgi-01234567890123456789012345678901"));
}
