using System.Numerics.Tensors;
using Millrace.Embedding.Engine;

namespace Millrace.Embedding.Caching;

/// <summary>A text that a caller waits for.</summary>
/// <param name="Job">Its way through the engine; null when its vector was kept.</param>
/// <param name="Vector">Its vector.</param>
/// <param name="IsNew">Whether this caller has to put it in line.</param>
internal readonly record struct WantedVector(EncodeJob? Job, Task<TextVector> Vector, bool IsNew);

/// <summary>
/// Vectors of texts: those that are kept, those that are being computed for another call, and the rest. Equal texts are computed once, in
/// one call or in several at the same time.
/// </summary>
internal sealed class VectorSource(VectorCache cache)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<VectorKey, Flight> _flights = [];

    /// <summary>The vector kept for this key; null when there is none.</summary>
    public TextVector? Find(VectorKey key) => cache.Find(key);

    /// <summary>Joins those who wait for a text, or is the first of them and then has to put its job in line.</summary>
    /// <param name="key">The text.</param>
    /// <param name="text">Its tokens, for the first.</param>
    /// <param name="isLater">Whether the first one does not wait for it.</param>
    public WantedVector Want(VectorKey key, ReadText text, bool isLater = false)
    {
        lock (_lock)
        {
            if (_flights.TryGetValue(key, out var running) && running.Job.TryJoin())
                return new WantedVector(running.Job, running.Vector, IsNew: false);
            if (cache.Find(key) is { } kept) return new WantedVector(null, Task.FromResult(kept), IsNew: false);
            var flight = new Flight(new EncodeJob(text.Tokens, isLater));
            flight.Vector = LandAsync(key, flight, text.IsCut);
            _flights[key] = flight;
            return new WantedVector(flight.Job, flight.Vector, IsNew: true);
        }
    }

    /// <summary>The vector is kept before it is forgotten that it was under way, so that it is never computed in between.</summary>
    private async Task<TextVector> LandAsync(VectorKey key, Flight flight, bool isCut)
    {
        try
        {
            var vector = await flight.Job.Result.Task;
            Normalise(vector);
            var landed = new TextVector(vector, flight.Job.Tokens.Length, isCut);
            cache.Keep(key, landed);
            return landed;
        }
        finally
        {
            lock (_lock)
                if (_flights.TryGetValue(key, out var running) && running == flight)
                    _flights.Remove(key);
        }
    }

    private static void Normalise(float[] vector)
    {
        var norm = TensorPrimitives.Norm(vector);
        if (norm > 0) TensorPrimitives.Divide(vector, norm, vector);
    }

    private sealed class Flight(EncodeJob job)
    {
        public EncodeJob Job { get; } = job;

        public Task<TextVector> Vector { get; set; } = Task.FromCanceled<TextVector>(new CancellationToken(canceled: true));
    }
}
