using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Retrieval.Chunking;
using Millrace.Retrieval.Ingestion;
using Millrace.Retrieval.Store;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Tests.Durability;

/// <summary>A document as the script leaves it.</summary>
/// <param name="Content">Its content.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record ScriptedDocument(string Content, IReadOnlyList<string> Labels);

/// <summary>An endless list of changes, the same for everybody who knows the seed. Doing one twice is the same as once.</summary>
/// <param name="seed">The seed.</param>
internal sealed class IngestScript(int seed)
{
    public const string Tenant = "tenant";
    public const string Collection = "c";
    private const int DocumentsMax = 25;
    private static readonly int[] TokensMax = [18, 40];
    private static readonly string[] Words = ["apple", "pear", "plum", "river", "stone", "cloud", "lamp", "chair", "north", "seven"];

    public static CollectionKey Key { get; } = new(Tenant, Collection);

    /// <summary>Does a change to the service.</summary>
    public async Task ApplyAsync(int step, IngestHost host)
    {
        var catalog = host.Services.GetRequiredService<DocumentCatalog>();
        var (id, kind, random) = Step(step);
        var key = new DocumentKey(Key, id);
        try
        {
            if (kind == StepKind.Reindex) await ReindexAsync(host, TokensMax[random.Next(TokensMax.Length)]);
            else if (kind == StepKind.Delete) await catalog.DeleteAsync(key, CancellationToken.None);
            else if (kind == StepKind.Label)
                await catalog.UpdateAsync(key, new DocumentChange(null, Labels(random)), CancellationToken.None);
            else await catalog.UploadAsync(Upload(id, Content(random), Labels(random)), CancellationToken.None);
        }
        catch (MillraceException error) when (error.Reason is Reason.DocumentNotFound or Reason.AlreadyExists)
        {
            // It was deleted before, by the script or by this very step in a process that was killed; or the collection is being
            // indexed anew already.
        }
    }

    /// <summary>Begins to cut all documents in another way.</summary>
    public static Task ReindexAsync(IngestHost host, int tokensMax) => host.Services.GetRequiredService<CollectionCatalog>().ReindexAsync(
        new NewCollection(Key, "", 0, new ChunkingSettings(tokensMax, 0)), CancellationToken.None);

    /// <summary>Does a change to the documents as they should be.</summary>
    public void Apply(int step, Dictionary<string, ScriptedDocument> documents)
    {
        var (id, kind, random) = Step(step);
        if (kind == StepKind.Reindex) return;
        if (kind == StepKind.Delete) documents.Remove(id);
        else if (kind == StepKind.Label)
        {
            if (documents.TryGetValue(id, out var document)) documents[id] = document with { Labels = Labels(random) };
        }
        else documents[id] = new ScriptedDocument(Content(random), Labels(random));
    }

    public static DocumentUpload Upload(string id, string content, IReadOnlyList<string> labels) => new()
    {
        Tenant = Tenant,
        Collection = Collection,
        DocumentId = id,
        Content = Encoding.UTF8.GetBytes(content),
        AccessLabels = labels,
    };

    private (string Id, StepKind Kind, Random Random) Step(int step)
    {
        var random = new Random((seed * 1_000_003) + step);
        var id = $"d{random.Next(DocumentsMax)}.txt";
        var kind = random.Next(12) switch { 0 => StepKind.Delete, 1 => StepKind.Label, 2 => StepKind.Reindex, _ => StepKind.Put };
        return (id, kind, random);
    }

    // Up to eight paragraphs, each a chunk of its own, and now and then none.
    private static string Content(Random random) => string.Join(
        "\n\n", Enumerable.Range(0, random.Next(9)).Select(_ =>
            string.Join(' ', Enumerable.Range(0, 14).Select(_ => Words[random.Next(Words.Length)]))));

    private static string[] Labels(Random random) => random.Next(4) == 0 ? ["hr"] : [];

    private enum StepKind
    {
        Put,
        Delete,
        Label,
        Reindex,
    }
}

/// <summary>The process that is killed: it goes through the script and says so, line by line.</summary>
internal static class IngestChild
{
    /// <summary>Runs until it is killed.</summary>
    public static async Task<int> RunAsync(string folder, string seed, string first)
    {
        await using var output = Console.OpenStandardOutput();
        var gate = new Lock();
        void Announce(string line)
        {
            lock (gate)
            {
                output.Write(Encoding.UTF8.GetBytes(line + "\n"));
                output.Flush();
            }
        }

        var numbers = CultureInfo.InvariantCulture;
        var script = new IngestScript(int.Parse(seed, numbers));
        await using var host = await IngestHost.StartAsync(folder, Announce);
        for (var step = int.Parse(first, numbers); ; step++)
        {
            await script.ApplyAsync(step, host);
            Announce(string.Create(numbers, $"acknowledged {step}"));
        }
    }
}
