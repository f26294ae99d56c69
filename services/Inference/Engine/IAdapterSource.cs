using Millrace.LlamaCpp;

namespace Millrace.Inference.Engine;

/// <summary>The adapters of a model by id. Thread-safe; an id stays valid while a request that was given it runs.</summary>
internal interface IAdapterSource
{
    /// <summary>The adapter of this id (never 0, which is the model itself) and its strength.</summary>
    (LlamaAdapter Adapter, float Scale) Get(int id);
}
