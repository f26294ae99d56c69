using System.Text;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index;
using Millrace.Retrieval.Search;
using Millrace.Retrieval.Tests.Fixtures;

namespace Millrace.Retrieval.Tests.Search;

public sealed class KeywordQueryTests
{
    [Theory]
    [InlineData("What is the refund policy?", "refund|policy|refund policy")]
    [InlineData("who are you", "who|are|you")]
    [InlineData("E-42 AND \"NEAR(x)\" title:foo*", "e|42|near|x|title|foo|e 42|near x|x title|title foo")]
    [InlineData("battery battery", "battery|battery battery")]
    [InlineData("", "")]
    [InlineData("?! --- '\"' * ( )", "")]
    [InlineData("😀", "")]
    public void Terms_Text_AreWordsAndPairs(string text, string expected)
    {
        Assert.Equal(expected, string.Join('|', KeywordQuery.Terms(text)));
    }

    [Fact]
    public async Task Keyword_ThousandsOfRandomTexts_NeverFails()
    {
        using var store = new StoreFixture();
        var collection = await store.CreateAsync("tenant", "c");
        await store.PutReadyAsync(collection.Key, "d", ["plain words", "e\u0301lan NEAR 42"]);
        var (now, filter) = (store.Collections.Require(collection.Key), new DocumentFilter(null, []));
        var random = new Random(11);
        string[] parts =
        [
            "\"", "'", "*", "(", ")", "AND", "OR", "NOT", "NEAR(", "title:", "^", "-", "+", "\0", "\uD800",
            "😀", "e\u0301", "plain", " ", "\n", "{a b}:", ";--", "漢字", "١",
        ];
        for (var i = 0; i < 5_000; i++)
        {
            var text = new StringBuilder();
            for (var length = random.Next(1, 12); length > 0; length--)
                text.Append(random.Next(4) == 0 ? (char)random.Next(1, 0xFFFF) : parts[random.Next(parts.Length)]);
            await store.Index.KeywordAsync(now.Index, new WordQuery(text.ToString(), 5, filter), CancellationToken.None);
        }

        Assert.Single((await store.Index.KeywordAsync(now.Index, new WordQuery("Élan", 5, filter), CancellationToken.None)).Chunks);
    }
}
