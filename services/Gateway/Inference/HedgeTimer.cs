using System.Globalization;
using Microsoft.Extensions.Options;

namespace Millrace.Gateway.Inference;

/// <summary>
/// Says after which silence a second member of the pool is asked: never, after a fixed time, or after the time in which 95 of 100 recent
/// answers of the model had begun. That one asks nobody before it has seen enough answers, and where everything is slow at once it lets
/// only a tenth of the requests ask twice: a pool that is short of capacity gets no more to do.
/// </summary>
public sealed class HedgeTimer
{
    /// <summary>Nobody else is asked.</summary>
    public const string Off = "off";

    /// <summary>After the 95th percentile of recent answers.</summary>
    public const string Recent = "p95";

    private const int ModelsMax = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RecentBeginnings> _byModel = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly TimeSpan _min;
    private readonly TimeSpan? _fixed;
    private readonly bool _isRecent;

    /// <summary>One that has seen nothing yet.</summary>
    public HedgeTimer(IOptions<GatewayOptions> options, TimeProvider time)
    {
        (_time, _min) = (time, options.Value.HedgeMin);
        _isRecent = options.Value.HedgeAfter == Recent;
        _fixed = Fixed(options.Value.HedgeAfter);
    }

    /// <summary>Whether a setting can be understood.</summary>
    public static bool IsValid(string setting) => setting is Off or Recent || TryRead(setting, out _);

    /// <summary>The fixed time that a setting names; null when it names none.</summary>
    public static TimeSpan? Fixed(string setting) => TryRead(setting, out var silence) && silence > TimeSpan.Zero ? silence : null;

    /// <summary>A request to a model begins.</summary>
    /// <returns>The silence after which a second member may be asked; null for never.</returns>
    public TimeSpan? Begin(string model)
    {
        if (!_isRecent) return _fixed;
        lock (_gate)
        {
            if (Find(model) is not { } recent) return null;
            recent.Earn();
            return recent.Percentile(_time.GetUtcNow()) is { } silence ? silence < _min ? _min : silence : null;
        }
    }

    /// <summary>Whether one more may ask twice, whose silence has lasted long enough.</summary>
    public bool TrySpend(string model)
    {
        if (!_isRecent) return true;
        lock (_gate) return Find(model)?.TrySpend() == true;
    }

    /// <summary>An answer of a model has begun after so long, whoever gave it.</summary>
    public void Begun(string model, TimeSpan after)
    {
        if (!_isRecent) return;
        lock (_gate) Find(model)?.Add(_time.GetUtcNow(), after);
    }

    private static bool TryRead(string setting, out TimeSpan silence) =>
        TimeSpan.TryParse(setting, CultureInfo.InvariantCulture, out silence) && silence >= TimeSpan.Zero;

    // Names come from requests, but only those of models that a member serves get here.
    private RecentBeginnings? Find(string model)
    {
        if (_byModel.TryGetValue(model, out var recent)) return recent;
        return _byModel.Count < ModelsMax ? _byModel[model] = new RecentBeginnings() : null;
    }
}
