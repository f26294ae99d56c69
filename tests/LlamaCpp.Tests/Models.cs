using Microsoft.Extensions.Logging.Abstractions;

namespace Millrace.LlamaCpp.Tests;

/// <summary>The built-in models, loaded once for all tests. Without native libraries this fails with the locator's one line.</summary>
public sealed class Models : IDisposable
{
    private readonly Lazy<LlamaModel> _chat = new(() => LlamaModel.Load(Repository.ChatModel));
    private readonly Lazy<LlamaModel> _embed = new(() => LlamaModel.Load(Repository.EmbedModel));
    private readonly Lazy<LlamaModel> _rerank = new(() => LlamaModel.Load(Repository.RerankModel));

    public Models() => Runtime = LlamaRuntime.Initialize(NullLoggerFactory.Instance);

    public LlamaRuntime Runtime { get; }

    public LlamaModel Chat => _chat.Value;

    public LlamaModel Embed => _embed.Value;

    public LlamaModel Rerank => _rerank.Value;

    public void Dispose()
    {
        foreach (var model in new[] { _chat, _embed, _rerank })
            if (model.IsValueCreated)
                model.Value.Dispose();
    }
}

/// <summary>Tests that share the models. They run one after another: the native log and the process's memory are shared too.</summary>
[CollectionDefinition(Name)]
public sealed class ModelTests : ICollectionFixture<Models>
{
    public const string Name = "models";
}
