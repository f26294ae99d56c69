using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Millrace.Inference.Telemetry;
using Millrace.Upstreams;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

public sealed class UpstreamTelemetryTests
{
    [Fact]
    public async Task Generate_AfterARetry_IsMeasuredWithItsTokensAndASpan()
    {
        var measured = new ConcurrentQueue<(string Name, double Value, string Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == InferenceMetrics.SourceName) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((source, value, tags, _) => measured.Enqueue((source.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<long>((source, value, tags, _) => measured.Enqueue((source.Name, value, Text(tags))));
        listener.Start();
        var spans = new ConcurrentQueue<Activity>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == InferenceMetrics.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(activities);
        await using var fake = await FakeUpstream.StartAsync(Behave.Status(503), Behave.Events(OpenAi.Whole("Hi")));
        await using (var member = await UpstreamMember.StartAsync(fake, null, ("Models:metered", "vendor/metered")))
        {
            var request = UpstreamMember.Hello();
            request.Model = "metered";
            await member.AskAsync(request);
        }

        var own = measured.Where(one => one.Tags.Contains("vendor/metered", StringComparison.Ordinal)).ToList();
        Assert.Contains(own, one => one.Name == "gen_ai.client.operation.duration" && one.Tags.Contains("provider.name=openai", Ordinal));
        Assert.Contains(own, one => one is { Name: "gen_ai.client.token.usage", Value: 9 } && one.Tags.Contains("type=input", Ordinal));
        Assert.Contains(own, one => one is { Name: "gen_ai.client.token.usage", Value: 2 } && one.Tags.Contains("type=output", Ordinal));
        Assert.Contains(measured, one => one.Name == UpstreamTelemetry.Retries && one.Tags.Contains("upstream_unavailable", Ordinal));
        var span = Assert.Single(spans, span => span.DisplayName == "chat vendor/metered");
        Assert.Equal(ActivityKind.Client, span.Kind);
        Assert.Equal([9L, 4L, 2L], [Tag(span, "input_tokens"), Tag(span, "cache_read.input_tokens"), Tag(span, "output_tokens")]);
        Assert.Equal("127.0.0.1", span.GetTagItem("server.address"));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static long? Tag(Activity span, string name) => span.GetTagItem($"gen_ai.usage.{name}") as long?;

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
