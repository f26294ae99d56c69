using System.Globalization;
using System.Text;
using System.Text.Json;
using Millrace.Retrieval.Filtering;
using Millrace.Retrieval.Index.Qdrant;
using static Millrace.Retrieval.Tests.Index.Qdrant.IndexSamples;
using Filter = Millrace.Retrieval.Filtering.Filter;
using Value = Qdrant.Client.Grpc.Value;

namespace Millrace.Retrieval.Tests.Index.Qdrant;

/// <summary>A filter in Qdrant's words chooses exactly the documents that the platform's own filter allows.</summary>
public sealed class QdrantFilterTests
{
    private static readonly string[] Keys =
    [
        "a", "b", "a.b", "a.b.c", "b.a", "with space", "quo\"te", "back\\slash", "50%", "%22", "", "a..b", "ключ", "x-y_z", "[]",
        "missing", "$title", "$document_id", "$media_type", "$updated_at", "$other",
    ];

    private static readonly string[] Scalars =
    [
        "\"x\"", "\"X\"", "\"\"", "\"1\"", "1", "1.0", "-1.5", "1e308", "1e400", "9007199254740993", "true", "false", "null", "\"title 3\"",
        "\"2026-03-01\"", "\"2026-03-01T12:00:00\"", "\"2026-03-01T12:00:00Z\"", "\"2026-03-01T13:00:00+01:00\"",
        "\"2026-03-01T12:00:00.000001Z\"", "{}", "[]", "{\"b\":\"x\"}", "[[1]]", "[{\"b\":1}]",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Filter_AnyOverAnyDocuments_ChoosesWhatTheFilterAllows(int seed)
    {
        var random = new Random(seed);
        await using var fixture = await QdrantFixture.StartAsync();
        await fixture.Index.OpenAsync(Settings, CancellationToken.None);
        var documents = Enumerable.Range(1, 60).Select(row => RandomDocument(random, row)).ToList();
        var indexed = documents.Select(attributes => Document(attributes.Document, "text") with { Attributes = attributes });
        await fixture.Index.PutAsync(Id, [.. indexed], CancellationToken.None);

        var choices = new HashSet<int>();
        for (var i = 0; i < 300; i++)
        {
            var filter = new DocumentFilter(random.Next(20) == 0 ? null : RandomFilter(random, depth: 3), RandomLabels(random));
            var allowed = documents.Where(filter.Allows).Select(document => document.Document * 10).ToList();
            var chosen = await fixture.Index.DenseAsync(Id, Dense("text") with { Filter = filter }, CancellationToken.None);

            Assert.True(allowed.SequenceEqual(Ids(chosen).Order()), Explain(seed, filter, documents, allowed, Ids(chosen)));
            choices.Add(allowed.Count);
        }

        Assert.True(choices.Count > 15, $"The filters are too much alike: {choices.Count} different numbers of documents.");
    }

    [Fact]
    public void Labels_NoneHeld_AskForPublicDocumentsOnly()
    {
        var condition = Assert.Single(QdrantFilters.Of(Everything).Must);

        Assert.Equal("labels", condition.Field.Key);
        Assert.Equal(["*"], condition.Field.Match.Keywords.Strings);
    }

    [Fact]
    public void Labels_NamedAsPublicIsStored_OpenNothing()
    {
        var document = QdrantPayload.Of(Attributes(1, "{}", "*"));

        Assert.Equal(["=*"], document["labels"].ListValue.Values.Select(value => value.StringValue));
        Assert.Equal(["*", "=*"], QdrantFilters.Of(new DocumentFilter(null, ["*"])).Must[0].Field.Match.Keywords.Strings);
    }

    [Fact]
    public void Payload_Document_IsReadableOnTheServer()
    {
        const string Metadata =
            """{"year":2024,"tags":["a",null,{"b":1}],"author":{"name":"Ada"},"due":"2026-03-01T13:00:00+01:00"}""";
        var payload = QdrantPayload.Of(Attributes(3, Metadata));

        Assert.Equal(3, payload["document"].IntegerValue);
        Assert.Equal("2026-01-04T00:00:00.000000Z", payload["updated_at"].StringValue);
        Assert.Equal(2024, Field(payload["metadata"], "year").DoubleValue);
        Assert.Equal("a", Field(payload["metadata"], "tags").StringValue);
        Assert.Equal("Ada", Field(Field(payload["metadata"], "author"), "name").StringValue);
        Assert.Equal("2026-03-01T12:00:00.000000Z", Field(payload["instants"], "due").StringValue);
        Assert.Equal(["year", "tags", "author", "author.name", "due"], payload["keys"].ListValue.Values.Select(value => value.StringValue));
    }

    private static Value Field(Value value, string name) => value.StructValue.Fields[name];

    private static DocumentAttributes RandomDocument(Random random, int row) => new(
        row,
        random.Next(3) == 0 ? "2026-03-01T12:00:00Z" : $"d{row}",
        random.Next(2) == 0 ? "text/plain" : "text/html",
        random.Next(4) == 0 ? "2026-03-01T12:00:00.5Z" : $"title {row % 5}",
        new DateTimeOffset(2026, 3, 1, 12, 0, random.Next(2), TimeSpan.Zero),
        JsonDocument.Parse(RandomObject(random, depth: 3)).RootElement,
        RandomLabels(random));

    private static string RandomObject(Random random, int depth)
    {
        var json = new StringBuilder("{");
        for (var i = random.Next(5); i > 0; i--)
        {
            var name = Pick(random, Keys).Split('.')[^1];
            var quoted = JsonSerializer.Serialize(random.Next(8) == 0 ? "a.b" : name);
            json.Append(quoted).Append(':').Append(RandomValue(random, depth)).Append(',');
        }

        return json.ToString().TrimEnd(',') + "}";
    }

    private static string RandomValue(Random random, int depth) => random.Next(6) switch
    {
        0 or 1 when depth > 0 => RandomObject(random, depth - 1),
        2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Pick(random, Scalars)))}]",
        _ => Pick(random, Scalars),
    };

    private static Filter RandomFilter(Random random, int depth) => random.Next(depth > 0 ? 6 : 3) switch
    {
        3 => new Filter.And([.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomFilter(random, depth - 1))]),
        4 => new Filter.Or([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomFilter(random, depth - 1))]),
        5 => new Filter.Not(RandomFilter(random, depth - 1)),
        _ => RandomComparison(random),
    };

    private static Filter.Comparison RandomComparison(Random random)
    {
        var by = Pick(random, Enum.GetValues<ComparisonOperator>());
        var count = by switch
        {
            ComparisonOperator.Exists => 0,
            ComparisonOperator.In => random.Next(4),
            _ => 1,
        };
        return new Filter.Comparison(Pick(random, Keys), by, [.. Enumerable.Range(0, count).Select(_ => RandomOperand(random))]);
    }

    private static FilterValue RandomOperand(Random random)
    {
        var value = JsonDocument.Parse(Pick(random, Scalars)).RootElement;
        return value.ValueKind switch
        {
            JsonValueKind.String => FilterValue.Of(value.GetString()!),
            JsonValueKind.Number => FilterValue.Of(value.GetDouble()),
            JsonValueKind.True or JsonValueKind.False => FilterValue.Of(value.GetBoolean()),
            _ => FilterValue.Of("text/plain"),
        };
    }

    private static string[] RandomLabels(Random random) => [.. new[] { "hr", "it", "*", "" }.Where(_ => random.Next(4) == 0)];

    private static T Pick<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private static string Explain(
        int seed, DocumentFilter filter, List<DocumentAttributes> documents, IEnumerable<long> allowed, IEnumerable<long> chosen)
    {
        var different = allowed.Except(chosen).Concat(chosen.Except(allowed)).Select(id => documents[(int)(id / 10) - 1]);
        return string.Create(CultureInfo.InvariantCulture, $"Seed {seed}: {QdrantFilters.Of(filter)}\n differs for\n")
            + string.Join('\n', different.Select(d => $"{d} {d.Metadata} labels {string.Join(',', d.AccessLabels)}"));
    }
}
