using Microsoft.Extensions.DependencyInjection;
using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Grpc;

/// <summary>What is said of documents, who may see them, and their versions.</summary>
public sealed class DocumentTests
{
    [Fact]
    public async Task Upload_BothFormsOfMetadata_AreMergedAndTheJsonWins()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        var header = Header("a.txt");
        header.Metadata.Add("kind", "text");
        header.Metadata.Add("lang", "en");
        header.MetadataJson = """{"lang":["de","en"],"year":2024,"nested":{"a":null}}""";

        var document = (await retrieval.UploadAsync(header, "An apple."u8.ToArray())).Document;

        Assert.Equal("""{"kind":"text","lang":["de","en"],"year":2024,"nested":{"a":null}}""", document.MetadataJson);
        Assert.Equal("text", Assert.Single(document.Metadata).Value);
        Assert.Equal(document.MetadataJson, (await retrieval.SearchAsync("c", "apple"))[0].Passage.MetadataJson);
        Assert.True((await retrieval.UploadAsync(header, "An apple."u8.ToArray())).Unchanged);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("deep")]
    [InlineData("large")]
    public async Task Upload_MetadataThatIsNotValid_IsRefused(string json)
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        var header = Header("a.txt");
        header.MetadataJson = json switch
        {
            "deep" => string.Concat(Enumerable.Repeat("""{"a":""", 17)) + "1" + new string('}', 17),
            "large" => $$"""{"a":"{{new string('x', 16 * 1024)}}"}""",
            _ => json,
        };

        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.UploadAsync(header, [0x61])));
    }

    [Fact]
    public async Task Upload_MoreAtTheSameTimeThanMayBeHeld_IsRefusedForTheMoment()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings:
        [
            ("Retrieval:Ingestion:DocumentBytesMax", "2000"), ("Retrieval:Ingestion:UploadBytesMax", "2000"),
        ]);
        await retrieval.CreateAsync("c");
        var (large, small) = (new byte[1500], new byte[1000]);
        Array.Fill(large, (byte)'x');
        Array.Fill(small, (byte)'y');
        var memory = retrieval.Service.Services.GetRequiredService<UploadMemory>();
        memory.Take(large.Length);

        var refusal = await Assert.ThrowsAsync<MillraceException>(() => retrieval.UploadAsync(Header("b.txt"), small));
        Assert.Equal(Reason.QueueFull, refusal.Reason);
        Assert.NotNull(refusal.RetryAfter);
        memory.Return(large.Length);

        // What was stored or refused holds nothing.
        foreach (var content in new[] { small, large, small, large }) await retrieval.UploadAsync(Header("b.txt"), content);
        Assert.Equal(Reason.PayloadTooLarge, await RefusalOf(() => retrieval.UploadAsync(Header("c.txt"), new byte[2001])));
        await retrieval.UploadAsync(Header("a.txt"), large);
    }

    [Fact]
    public async Task Upload_LabelsThatAreNotValid_AreRefused()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        string[][] refused = [[""], [new string('x', 129)], [.. Enumerable.Range(0, 65).Select(i => $"l{i}")]];
        foreach (var labels in refused)
        {
            var header = Header("a.txt");
            header.AccessLabels.AddRange(labels);
            Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.UploadAsync(header, [0x61])));
        }
    }

    [Fact]
    public async Task Update_LabelGivenAndTaken_CountsWhenTheAnswerComes()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        await retrieval.UploadAsync("c", "a.txt", "An apple.");
        var calls = retrieval.Embedding.EmbedCalls;
        var labels = new AccessLabels { Labels = { "hr" } };
        var update = new UpdateDocumentRequest { Collection = "c", DocumentId = "a.txt", AccessLabels = labels };

        var hidden = (await retrieval.Client.UpdateDocumentAsync(update)).Document;
        Assert.Equal(["hr"], hidden.AccessLabels);
        Assert.Equal((DocumentState.Ready, 1u), (hidden.State, hidden.Version));
        Assert.Empty(await retrieval.SearchAsync("c", "apple", SearchMode.Keyword));
        update.AccessLabels.Labels.Clear();
        await retrieval.Client.UpdateDocumentAsync(update);

        Assert.Single(await retrieval.SearchAsync("c", "apple", SearchMode.Keyword));
        Assert.Equal(calls, retrieval.Embedding.EmbedCalls);
        update.MetadataJson = "[]";
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.Client.UpdateDocumentAsync(update).ResponseAsync));
        update.DocumentId = "nosuch";
        update.ClearMetadataJson();
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.UpdateDocumentAsync(update).ResponseAsync));
    }

    [Fact]
    public async Task ReadSpan_OfOldVersions_ReadsWhatACitationNamed()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Retrieval:Ingestion:VersionsKept", "2")]);
        await retrieval.CreateAsync("c");
        await retrieval.UploadAsync("c", "a.txt", "Red apples 😀 are ripe.");
        var passage = (await retrieval.SearchAsync("c", "apples"))[0].Passage;
        await retrieval.UploadAsync("c", "a.txt", "Green pears.");
        var request = new ReadSpanRequest
        {
            Collection = "c",
            DocumentId = "a.txt",
            DocumentVersion = 1,
            Start = passage.Start,
            Length = passage.Length,
        };

        var span = await retrieval.Client.ReadSpanAsync(request);
        Assert.Equal((passage.Text, 1u, 2u, 23u), (span.Text, span.DocumentVersion, span.CurrentVersion, span.TextLength));
        request.DocumentVersion = 0;
        request.Length = 0;
        Assert.Equal("Green pears.", (await retrieval.Client.ReadSpanAsync(request)).Text);
        request.Start = 13;
        Assert.Equal(Reason.InvalidArgument, await RefusalOf(() => retrieval.Client.ReadSpanAsync(request).ResponseAsync));
        (request.DocumentVersion, request.Start, request.Length) = (1, 0, 12);
        Assert.Equal("Red apples ", (await retrieval.Client.ReadSpanAsync(request)).Text);

        await retrieval.UploadAsync("c", "a.txt", "Blue plums.");
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.ReadSpanAsync(request).ResponseAsync));
        await retrieval.Client.DeleteDocumentAsync(new DeleteDocumentRequest { Collection = "c", DocumentId = "a.txt" });
        request.DocumentVersion = 3;
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.ReadSpanAsync(request).ResponseAsync));
    }

    [Fact]
    public async Task ReadSpan_WithoutTheLabel_IsAsIfThereWereNoDocument()
    {
        await using var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        var header = Header("a.txt");
        header.AccessLabels.Add("hr");
        await retrieval.UploadAsync(header, "An apple."u8.ToArray());
        var request = new ReadSpanRequest { Collection = "c", DocumentId = "a.txt" };

        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.ReadSpanAsync(request).ResponseAsync));
        request.AccessLabels.Add("hr");
        Assert.Equal("An apple.", (await retrieval.Client.ReadSpanAsync(request)).Text);
    }

    [Fact]
    public async Task Upload_LargeDocument_GoesThroughInSlices()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(
            settings: [("Retrieval:Ingestion:SliceChunks", "7"), ("Retrieval:Ingestion:EmbedBatchSize", "3")]);
        await retrieval.CreateAsync("c", chunkTokensMax: 16);
        var text = string.Join("\n\n", Enumerable.Range(0, 100).Select(i =>
            $"Sentence number{i} of one two three four five six seven eight."));

        var document = (await retrieval.UploadAsync("c", "a.txt", text)).Document;

        Assert.Equal((100u, DocumentState.Ready), (document.ChunkCount, document.State));
        var found = await retrieval.SearchAsync("c", "number93", SearchMode.Keyword);
        Assert.StartsWith("Sentence number93 ", found[0].Passage.Text, StringComparison.Ordinal);
        Assert.Equal(93u, found[0].Passage.Ordinal);
    }

    [Fact]
    public async Task List_ByState_ReturnsOnlyThose()
    {
        await using var retrieval = await RunningRetrieval.StartAsync(settings: [("Retrieval:Ingestion:ChunksPerDocumentMax", "1")]);
        await retrieval.CreateAsync("c", chunkTokensMax: 16);
        await retrieval.UploadAsync("c", "a.txt", "An apple.");
        await retrieval.UploadAsync("c", "b.txt", string.Join(' ', Enumerable.Range(0, 100)));

        var failed = await retrieval.Client.ListDocumentsAsync(new ListDocumentsRequest { Collection = "c", State = DocumentState.Failed });

        var document = Assert.Single(failed.Documents);
        Assert.Equal(("b.txt", 1u), (document.Id, document.Attempts));
        Assert.Contains("chunk_tokens_max", document.Error, StringComparison.Ordinal);
    }

    private static UploadHeader Header(string id) => new() { Collection = "c", DocumentId = id, Wait = true };

    private static async Task<Reason> RefusalOf(Func<Task> call) =>
        (await Assert.ThrowsAsync<MillraceException>(() => call().DefaultTimeout())).Reason;
}
