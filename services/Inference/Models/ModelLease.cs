namespace Millrace.Inference.Models;

/// <summary>The right to use a model, and perhaps one of its adapters: both stay in memory until it is disposed.</summary>
internal sealed class ModelLease : IDisposable
{
    private readonly IDisposable _stay;
    private int _disposed;

    /// <summary>Takes over a stay in the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="adapter">Name of the adapter; empty for none.</param>
    /// <param name="stay">Disposed on the way out, and when there is no such adapter.</param>
    public ModelLease(LoadedModel model, string adapter, IDisposable stay)
    {
        Model = model;
        _stay = stay;
        if (adapter.Length > 0) AdapterId = model.Adapters.Lease(adapter);
    }

    /// <summary>The model.</summary>
    public LoadedModel Model { get; }

    /// <summary>Id of the adapter; 0 for none.</summary>
    public int AdapterId { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (AdapterId != 0) Model.Adapters.Release(AdapterId);
        _stay.Dispose();
    }
}
