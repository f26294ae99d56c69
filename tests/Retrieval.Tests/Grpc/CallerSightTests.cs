using Millrace.Contracts.Retrieval.V1;
using Millrace.Retrieval.Tests.Fixtures;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Grpc;

/// <summary>What a caller whose labels are bounded sees, whatever its requests name.</summary>
public sealed class CallerSightTests
{
    [Fact]
    public async Task Search_SeesUnlabelledDocumentsAndThoseOfHeldLabels_WhateverItNames()
    {
        await using var retrieval = await StartAsync();

        Assert.Equal(["hr.txt", "open.txt"], await FoundAsync(retrieval, ["hr"], []));
        Assert.Equal(["open.txt"], await FoundAsync(retrieval, [], ["hr", "board"]));
        Assert.Equal(["hr.txt", "open.txt"], await FoundAsync(retrieval, ["hr"], ["hr", "board"]));
        Assert.Equal(["open.txt"], await FoundAsync(retrieval, ["hr"], ["board"]));
        Assert.Equal(["board.txt", "open.txt"], await FoundAsync(retrieval, null, ["board"]));
    }

    [Fact]
    public async Task HiddenDocument_IsNotThereForItsCaller()
    {
        await using var retrieval = await StartAsync();
        Hold(["hr"]);

        var get = new GetDocumentRequest { Collection = "c", DocumentId = "board.txt" };
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.GetDocumentAsync(get).ResponseAsync));
        var delete = new DeleteDocumentRequest { Collection = "c", DocumentId = "board.txt" };
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.DeleteDocumentAsync(delete).ResponseAsync));
        var unhide = new UpdateDocumentRequest { Collection = "c", DocumentId = "board.txt", AccessLabels = new AccessLabels() };
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.UpdateDocumentAsync(unhide).ResponseAsync));
        Assert.Equal(Reason.PermissionDenied, await RefusalOf(() => retrieval.UploadAsync("c", "board.txt", "replaced")));
        var read = new ReadSpanRequest { Collection = "c", DocumentId = "board.txt", AccessLabels = { "board" } };
        Assert.Equal(Reason.DocumentNotFound, await RefusalOf(() => retrieval.Client.ReadSpanAsync(read).ResponseAsync));
        var list = await retrieval.Client.ListDocumentsAsync(new ListDocumentsRequest { Collection = "c" });
        Assert.Equal(["hr.txt", "open.txt"], list.Documents.Select(document => document.Id));
    }

    [Fact]
    public async Task HeldDocument_CanBeReadChangedAndDeleted()
    {
        await using var retrieval = await StartAsync();
        Hold(["hr"]);

        await retrieval.Client.UpdateDocumentAsync(new() { Collection = "c", DocumentId = "hr.txt", MetadataJson = """{"a":1}""" });
        var read = await retrieval.Client.ReadSpanAsync(new ReadSpanRequest { Collection = "c", DocumentId = "hr.txt" });
        await retrieval.Client.DeleteDocumentAsync(new() { Collection = "c", DocumentId = "hr.txt" });

        Assert.Equal("An apple.", read.Text);
    }

    private static async Task<RunningRetrieval> StartAsync()
    {
        var retrieval = await RunningRetrieval.StartAsync();
        await retrieval.CreateAsync("c");
        foreach (var label in new[] { "open", "hr", "board" })
        {
            var header = new UploadHeader { Collection = "c", DocumentId = $"{label}.txt", MediaType = "text/plain", Wait = true };
            if (label != "open") header.AccessLabels.Add(label);
            await retrieval.UploadAsync(header, "An apple."u8.ToArray());
        }

        return retrieval;
    }

    private static void Hold(string[]? labels) =>
        CallContext.Current = new CallContext(CallContext.DefaultTenant, "req") { Labels = labels };

    private static async Task<IEnumerable<string>> FoundAsync(RunningRetrieval retrieval, string[]? held, string[] asked)
    {
        Hold(held);
        var search = new SearchRequest { Collections = { "c" }, Query = "apple", TopK = 10, AccessLabels = { asked } };
        var answer = await retrieval.Client.SearchAsync(search);
        return answer.Results.Select(result => result.Passage.DocumentId).Order(StringComparer.Ordinal);
    }

    private static async Task<Reason> RefusalOf(Func<Task> call) => (await Assert.ThrowsAsync<MillraceException>(call)).Reason;
}
