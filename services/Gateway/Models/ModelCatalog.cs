using Microsoft.Extensions.Options;
using Millrace.Contracts.Embedding.V1;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Models;

/// <summary>What a model does.</summary>
public enum ModelKind
{
    /// <summary>Generates text.</summary>
    Chat,

    /// <summary>A model with prompt and collections.</summary>
    Assistant,

    /// <summary>Texts to vectors.</summary>
    Embedding,

    /// <summary>Query and document to a score.</summary>
    Rerank,
}

/// <summary>A model that requests may name.</summary>
/// <param name="Id">Name.</param>
/// <param name="Kind">What it does.</param>
/// <param name="ContextTokensMax">Most tokens of one request; 0 when unknown.</param>
/// <param name="IsDefault">Whether requests that name none get it.</param>
public sealed record CatalogModel(string Id, ModelKind Kind, int ContextTokensMax, bool IsDefault = false);

/// <summary>A model that generates text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ContextTokensMax">Most tokens of prompt and answer together.</param>
public sealed record ChatModel(string Name, int ContextTokensMax);

/// <summary>The models of the pool and the encoders, asked for now and then. One caller refreshes, the others wait for it.</summary>
public sealed class ModelCatalog(
    InferencePool pool,
    EmbeddingService.EmbeddingServiceClient embedding,
    IOptions<GatewayOptions> options,
    TimeProvider time) : IDisposable
{
    private static readonly TimeSpan SecondLookAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _refresh = new(1, 1);
    private volatile Snapshot? _snapshot;

    /// <summary>The chat model of a name; the default one for an empty name.</summary>
    /// <returns>The model, or null when there is none.</returns>
    /// <exception cref="MillraceException">The pool cannot be reached.</exception>
    public async Task<ChatModel?> FindChatAsync(string name, CancellationToken cancellationToken)
    {
        var models = await GetAsync(options.Value.ModelListAge, cancellationToken);

        // A name that is not there may be a moment younger than the list.
        return Find(models, name) ?? Find(await GetAsync(SecondLookAge, cancellationToken), name) ?? pool.NoneOrUnreachable<ChatModel>();
    }

    /// <summary>Chat and encoder models.</summary>
    public async Task<IReadOnlyList<CatalogModel>> ListAsync(CancellationToken cancellationToken) =>
        (await GetAsync(options.Value.ModelListAge, cancellationToken)).Models;

    /// <inheritdoc/>
    public void Dispose() => _refresh.Dispose();

    private static ChatModel? Find(Snapshot snapshot, string name)
    {
        var chats = snapshot.Models.Where(model => model.Kind == ModelKind.Chat);
        var found = name.Length == 0
            ? chats.OrderByDescending(model => model.IsDefault).FirstOrDefault()
            : chats.FirstOrDefault(model => model.Id == name);
        return found is null ? null : new ChatModel(found.Id, found.ContextTokensMax);
    }

    private async Task<Snapshot> GetAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        if (Current(age) is { } fresh) return fresh;
        await _refresh.WaitAsync(cancellationToken);
        try
        {
            return Current(age) ?? (_snapshot = await AskAsync(cancellationToken));
        }
        finally
        {
            _refresh.Release();
        }
    }

    private Snapshot? Current(TimeSpan age) => _snapshot is { } snapshot && time.GetElapsedTime(snapshot.Timestamp) < age ? snapshot : null;

    private async Task<Snapshot> AskAsync(CancellationToken cancellationToken)
    {
        var encoders = ListEncodersAsync(cancellationToken);
        var chats = pool.ListModelsAsync(cancellationToken);
        await Task.WhenAll(chats, encoders);
        var models = (await chats).Select(Describe).Concat(await encoders).OrderBy(model => model.Id, StringComparer.Ordinal);
        return new Snapshot([.. models], time.GetTimestamp());
    }

    private async Task<IEnumerable<CatalogModel>> ListEncodersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await embedding.ListModelsAsync(
                new Contracts.Embedding.V1.ListModelsRequest(), cancellationToken: cancellationToken);
            return answer.Models.Select(Describe);
        }
        catch (MillraceException) when (!cancellationToken.IsCancellationRequested)
        {
            // Chats go on without encoders; a request that needs one is told so itself.
            return [];
        }
    }

    private static CatalogModel Describe(ModelInfo model) => new(model.Name, ModelKind.Chat, (int)model.ContextTokensMax, model.IsDefault);

    private static CatalogModel Describe(EncoderModel model) => new(
        model.Name,
        model.Task == EncoderTask.Rerank ? ModelKind.Rerank : ModelKind.Embedding,
        (int)model.ContextTokensMax,
        model.IsDefault);

    private sealed record Snapshot(IReadOnlyList<CatalogModel> Models, long Timestamp);
}
