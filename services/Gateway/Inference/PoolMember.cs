using Millrace.Contracts.Inference.V1;

namespace Millrace.Gateway.Inference;

/// <summary>
/// One member of the inference pool, as the Gateway sees it: what it serves and holds, how much it has to do, when it last failed. What it
/// reported is some time old; what the Gateway itself sent since is added to it.
/// </summary>
/// <param name="name">Its name in the AppHost, such as <c>inference-1</c>.</param>
/// <param name="client">A client of it.</param>
/// <param name="time">The clock.</param>
/// <param name="options">How long it may take to tell about itself, and how many of its prefix keys are remembered.</param>
internal sealed class PoolMember(string name, InferenceService.InferenceServiceClient client, TimeProvider time, PoolOptions options)
{
    /// <summary>Load beyond which more makes no difference; sums of loads stay far from overflow whatever a member reports.</summary>
    private const int LoadMax = 1_000_000;

    private readonly HeldKeys _held = new(options.PoolKeysMax);
    private int _inFlight;
    private int _othersLoad;
    private long _coolUntilTicks;
    private volatile bool _isUnreachable;
    private volatile bool _isDraining;
    private volatile HashSet<string>? _models;

    public string Name => name;

    /// <summary>Whether it is the Gateway itself, which reaches its own upstreams.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The models that it is known to serve before it was asked.</summary>
    public IEnumerable<string> Models
    {
        init => _models = [.. value];
    }

    public InferenceService.InferenceServiceClient Client => client;

    /// <summary>Calls that are running.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Calls of ours that are running, and what others have it do by its own report.</summary>
    public int Load => InFlight + Volatile.Read(ref _othersLoad);

    /// <summary>Whether it neither failed a moment ago nor leaves our questions unanswered.</summary>
    public bool IsWell => !_isUnreachable && time.GetUtcNow().UtcTicks >= Interlocked.Read(ref _coolUntilTicks);

    /// <summary>Whether it takes nothing new.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether it can serve a model; a member that never told is taken to serve all.
    /// The model for requests that name none is not the Gateway's own to choose.</summary>
    public bool Serves(string model) => _models is not { } models || models.Contains(model) || (model.Length == 0 && !IsOwn);

    /// <summary>Asks it for its models, in the time that it has to tell its state, and remembers them.</summary>
    /// <exception cref="Millrace.ServiceDefaults.Errors.MillraceException">It did not answer, or not in time (cancelled).</exception>
    public async Task<ListModelsResponse> LearnAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.PoolStatusTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var answer = await client.ListModelsAsync(new ListModelsRequest(), cancellationToken: either.Token);
        _models = [.. answer.Models.Select(model => model.Name)];
        return answer;
    }

    /// <summary>It says that it does not have a model after all. What it told since about its models stands.</summary>
    public void Unlearn(string model)
    {
        if (_models is { } models && models.Contains(model))
            Interlocked.CompareExchange(ref _models, [.. models.Where(known => known != model)], models);
    }

    public void CoolDown(TimeSpan span) => Interlocked.Exchange(ref _coolUntilTicks, (time.GetUtcNow() + span).UtcTicks);

    /// <summary>What a choice depends on.</summary>
    /// <param name="keys">Keys of the prompt.</param>
    public MemberView Look(IList<ulong> keys) => new(_held.Match(keys), Load, InFlight, IsWell);

    /// <summary>Counts a call until it is disposed of; meanwhile and thereafter it is taken to hold the prompt.</summary>
    /// <param name="keys">Keys of the prompt.</param>
    public IDisposable Enter(IList<ulong> keys) => new Lease(this, keys);

    /// <summary>It told its state.</summary>
    /// <param name="status">What it told.</param>
    /// <param name="askedAt">Timestamp of the question.</param>
    /// <param name="inFlightMax">Calls of ours that ran at most between question and answer.</param>
    /// <returns>Whether it could not be reached before.</returns>
    public bool Report(GetStatusResponse status, long askedAt, int inFlightMax)
    {
        // The report counts our own calls too: what is beyond them is the work of others.
        Volatile.Write(ref _othersLoad, Math.Max(0, LoadOf(status) - inFlightMax));
        _isDraining = status.Draining;
        _held.Report(status.Engines.SelectMany(engine => engine.PrefixKeys), askedAt);
        return Reached();
    }

    /// <summary>It answered, although not with its state.</summary>
    /// <returns>Whether it could not be reached before.</returns>
    public bool Reached()
    {
        if (!_isUnreachable) return false;
        _isUnreachable = false;
        Interlocked.Exchange(ref _coolUntilTicks, 0);
        return true;
    }

    /// <summary>It did not answer. Whatever it held and did is gone with it.</summary>
    /// <returns>Whether it could be reached before.</returns>
    public bool Lost()
    {
        if (_isUnreachable) return false;
        _isUnreachable = true;
        _isDraining = false;
        Volatile.Write(ref _othersLoad, 0);
        _held.Clear();
        return true;
    }

    private long Now() => time.GetTimestamp();

    private static int LoadOf(GetStatusResponse status) => (int)Math.Min(
        LoadMax,
        status.Engines.Sum(engine => (long)engine.SlotsUsed + engine.QueueDepth)
            + status.Upstreams.Sum(upstream => (long)upstream.InFlight + upstream.QueueDepth));

    private sealed class Lease : IDisposable
    {
        private readonly PoolMember _member;
        private readonly IList<ulong> _keys;

        public Lease(PoolMember member, IList<ulong> keys)
        {
            (_member, _keys) = (member, keys);
            Interlocked.Increment(ref member._inFlight);
            member._held.Begin(keys, member.Now());
        }

        public void Dispose()
        {
            Interlocked.Decrement(ref _member._inFlight);
            _member._held.End(_keys, _member.Now());
        }
    }
}
