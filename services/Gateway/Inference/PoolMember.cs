using Millrace.Contracts.Inference.V1;

namespace Millrace.Gateway.Inference;

/// <summary>
/// One member of the inference pool, as the Gateway sees it: what it serves, how much it is doing for us, when it last failed.
/// </summary>
/// <param name="name">Its name in the AppHost, such as <c>inference-1</c>.</param>
/// <param name="client">A client of it.</param>
/// <param name="time">The clock.</param>
internal sealed class PoolMember(string name, InferenceService.InferenceServiceClient client, TimeProvider time)
{
    private int _inFlight;
    private long _coolUntilTicks;
    private volatile HashSet<string>? _models;

    public string Name => name;

    public InferenceService.InferenceServiceClient Client => client;

    /// <summary>Calls that are running.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether it failed a moment ago.</summary>
    public bool IsCoolingDown => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _coolUntilTicks);

    /// <summary>Whether it can serve a model; a member that never told is taken to serve all.</summary>
    public bool Serves(string model) => _models?.Contains(model) ?? true;

    public void Learn(IEnumerable<ModelInfo> models) => _models = [.. models.Select(model => model.Name)];

    public void CoolDown(TimeSpan span) => Interlocked.Exchange(ref _coolUntilTicks, (time.GetUtcNow() + span).UtcTicks);

    /// <summary>Counts a call until it is disposed of.</summary>
    public IDisposable Enter() => new Lease(this);

    private sealed class Lease : IDisposable
    {
        private readonly PoolMember _member;

        public Lease(PoolMember member)
        {
            _member = member;
            Interlocked.Increment(ref member._inFlight);
        }

        public void Dispose() => Interlocked.Decrement(ref _member._inFlight);
    }
}
