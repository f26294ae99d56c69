using System.Threading.Channels;
using Millrace.Inference.Engine;
using Millrace.Inference.Runtime;
using Millrace.Inference.Telemetry;

namespace Millrace.Inference.Tests.Runtime;

public sealed class GenerationBatchTests
{
    [Fact]
    public void Fill_MoreEventsThanABatchHolds_LeavesTheRestForTheNext()
    {
        var events = Channel.CreateUnbounded<GenerationEvent>();
        for (var i = 0; i < GenerationBatch.EventsMax + 3; i++) events.Writer.TryWrite(new TokenGenerated(i, "a", null));
        var batch = new GenerationBatch(null!);
        var observation = new GenerationObservation(null!, "model", TimeProvider.System, activity: null);

        batch.Fill(events.Reader, observation);
        Assert.Equal(GenerationBatch.EventsMax, batch.Events.Count);

        batch.Fill(events.Reader, observation);
        Assert.Equal(3, batch.Events.Count);
        Assert.Equal(GenerationBatch.EventsMax, ((TokenGenerated)batch.Events[0]).Choice);
    }
}
