using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>Tells which models run elsewhere, and how busy and well the upstreams are.</summary>
internal sealed class UpstreamReporter(UpstreamRegistry registry)
{
    /// <summary>Load and health of every upstream, by name.</summary>
    public IEnumerable<UpstreamStatus> Upstreams() => registry.Upstreams.Select(upstream => new UpstreamStatus
    {
        Name = upstream.Name,
        Models = { upstream.Options.Models.Keys.Order(StringComparer.Ordinal) },
        InFlight = (uint)upstream.Gate.Running,
        InFlightMax = (uint)upstream.Options.ConcurrencyMax,
        QueueDepth = (uint)upstream.Gate.Waiting,
        CircuitOpen = upstream.Breaker.IsOpen,
    });

    /// <summary>
    /// The models of this process, by name: where one here and one elsewhere have the same name, the one elsewhere serves.
    /// </summary>
    public IEnumerable<ModelInfo> WithModels(IEnumerable<ModelInfo> local) => registry.Models.Select(Describe)
        .Concat(local.Where(model => registry.Find(model.Name) is null))
        .OrderBy(model => model.Name, StringComparer.Ordinal);

    private ModelInfo Describe(UpstreamModel model)
    {
        var isOpen = model.Upstream.Breaker.IsOpen;
        return new ModelInfo
        {
            Name = model.Name,
            State = isOpen ? ModelState.Failed : ModelState.Loaded,
            Detail = isOpen ? $"The upstream '{model.Upstream.Name}' failed repeatedly and is not asked for the moment." : "",
            ContextTokensMax = (uint)model.Upstream.Options.ContextTokens,
            IsDefault = model == registry.Default,
            Upstream = model.Upstream.Name,
        };
    }
}
