using System.Threading.Channels;
using Millrace.Inference.Engine;
using Millrace.Inference.Models;
using Millrace.Inference.Telemetry;

namespace Millrace.Inference.Runtime;

/// <summary>Events that are there together. It is reused: valid until the enumeration goes on.</summary>
internal sealed class GenerationBatch(LoadedModel model)
{
    /// <summary>Most events of a batch: a reader that was away for long gets several messages and not one without bound.</summary>
    internal const int EventsMax = 256;

    private readonly List<GenerationEvent> _events = [];

    /// <summary>The model that answers.</summary>
    public LoadedModel Model { get; } = model;

    /// <summary>The events, in order.</summary>
    public IReadOnlyList<GenerationEvent> Events => _events;

    /// <summary>Takes the events that are there, up to <see cref="EventsMax"/>.</summary>
    internal void Fill(ChannelReader<GenerationEvent> source, GenerationObservation observation)
    {
        _events.Clear();
        while (_events.Count < EventsMax && source.TryRead(out var progress))
        {
            observation.Observe(progress);
            _events.Add(progress);
        }
    }
}
