using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Diagnostics;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Telemetry;
using Millrace.Inference.Tests.Grpc;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Telemetry;

public sealed class InferenceMetricsTests(InferenceMember member) : IClassFixture<InferenceMember>
{
    [Fact]
    public async Task Generate_Complete_RecordsTheGenAiMetricsAndASpan()
    {
        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == InferenceMetrics.SourceName) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();
        var spans = new ConcurrentQueue<Activity>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == InferenceMetrics.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(activities);

        var request = new GenerateRequest { Text = "Hello there", MaxTokens = 5, IgnoreEnd = true };
        await GenerationResult.OfAsync(member.Client, request).DefaultTimeout();
        listener.RecordObservableInstruments();

        string[] expected =
        [
            "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token", "gen_ai.server.request.duration",
            "millrace.queue.depth", "millrace.kv.utilisation", "millrace.prefix_cache.tokens", "millrace.engine.step.duration",
            "millrace.engine.schedule.duration",
        ];
        Assert.All(expected, name => Assert.Contains(name, measured.Keys));
        Assert.Contains(spans, span => Equals(span.GetTagItem("gen_ai.usage.output_tokens"), 5));
        Assert.Contains(spans, span => span.DisplayName == "chat tiny-rag-chat");
    }

    [Fact]
    public async Task Generate_CallerGoesAway_RecordsHowLongTheSlotWasHeld()
    {
        var seconds = new ConcurrentQueue<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "millrace.engine.cancel.duration") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => seconds.Enqueue(value));
        listener.Start();

        using (var call = member.Client.Generate(new GenerateRequest { Text = "Hello there", IgnoreEnd = true }))
            await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout();

        await InferenceMember.UntilAsync(() => Task.FromResult(!seconds.IsEmpty));
        Assert.All(seconds, value => Assert.InRange(value, 0, 5));
    }

    [Fact]
    public async Task Generate_RefusedRequest_IsRecordedByItsReason()
    {
        var reasons = new ConcurrentQueue<object?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "gen_ai.server.request.duration") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var (key, value) in tags)
                if (key == "error.type")
                    reasons.Enqueue(value);
        });
        listener.Start();

        var request = new GenerateRequest { Text = "Hello there", Sampling = new SamplingParameters { TopP = 0 } };
        await Assert.ThrowsAsync<MillraceException>(() => GenerationResult.OfAsync(member.Client, request)).DefaultTimeout();

        Assert.Contains("invalid_argument", reasons);
    }
}
