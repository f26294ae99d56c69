using System.Collections.Concurrent;
using System.Diagnostics;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Telemetry;

public sealed class SpanTests
{
    [Fact]
    public async Task Chat_Assistant_HasASpanPerStepUnderOneParentAndNoText()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Millrace.Gateway",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var platform = await Platform.StartAsync();
        platform.Inference.Answers("Parcels are tracked. [2]");

        // Other tests run beside this one; only what belongs to this request's trace counts.
        using var parent = new Activity("test").Start();
        await platform.AskAsync("docs-assistant", "Xylophone parcels?");

        var own = spans.Where(span => span.TraceId == parent.TraceId).ToList();
        var root = Assert.Single(own, span => span.OperationName == "chat pipeline");
        foreach (var step in new[] { "guard_input", "embed_query", "retrieve", "prompt", "generate", "guard_output", "cite", "settle" })
            Assert.Equal(root.SpanId, Assert.Single(own, span => span.OperationName == step).ParentSpanId);
        var call = Assert.Single(own, span => span.OperationName == "chat tiny-rag-chat");
        Assert.Equal((ActivityKind.Client, 11), (call.Kind, call.GetTagItem("gen_ai.usage.input_tokens")));
        Assert.DoesNotContain(
            own.SelectMany(span => span.TagObjects), tag => $"{tag.Value}".Contains("Xylophone", StringComparison.Ordinal));
    }
}
