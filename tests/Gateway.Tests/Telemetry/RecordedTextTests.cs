using System.Collections.Concurrent;
using System.Diagnostics;
using Millrace.Gateway.Tests.Fakes;

namespace Millrace.Gateway.Tests.Telemetry;

/// <summary>What users write and models say is in no log and no trace, unless the operator turns that on.</summary>
public sealed class RecordedTextTests
{
    private const string Asked = "Xylophone7 parcels tracked?";
    private const string Said = "Zebra9 parcels are tracked.";

    [Fact]
    public async Task Text_ByDefault_IsNowhere()
    {
        var (logs, spans) = await RunAsync(fails: false, ("Telemetry:RecordText", "false"));

        AssertNone(logs);
        Assert.All(spans, AssertNone);
    }

    [Fact]
    public async Task Text_WhenRequestsFail_IsNowhere()
    {
        var (logs, spans) = await RunAsync(fails: true, ("Telemetry:RecordText", "false"));

        AssertNone(logs);
        Assert.All(spans, AssertNone);
    }

    [Fact]
    public async Task Text_TurnedOn_IsInTheSpanOfTheGenerationAndTheLog()
    {
        var (logs, spans) = await RunAsync(fails: false, ("Telemetry:RecordText", "true"));

        var span = spans.First(text => text.Contains("gen_ai.input.messages", StringComparison.Ordinal));
        foreach (var part in new[] { "Xylophone7", "Zebra9", "gen_ai.output.messages", "\"role\":\"user\"" })
            Assert.Contains(part, span, StringComparison.Ordinal);
        Assert.Contains("Zebra9", logs, StringComparison.Ordinal);
    }

    private static void AssertNone(string text)
    {
        Assert.DoesNotContain("Xylophone7", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Zebra9", text, StringComparison.Ordinal);
    }

    private static async Task<(string Logs, IReadOnlyList<string> Spans)> RunAsync(bool fails, (string Key, string Value) setting)
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var platform = await Platform.StartAsync(settings: setting);
        platform.Inference.Script = async (_, speaker) =>
        {
            await speaker.StartAsync();
            await speaker.TokenAsync(Said);
            if (fails) throw new InvalidOperationException("It broke.");
            await speaker.FinishAsync();
        };
        using var parent = new Activity("test").Start();
        foreach (var model in new[] { "plain", "docs-assistant" })
            using (await platform.ChatAsync(new { model, messages = new[] { new { role = "user", content = Asked } } })) { }
        return (platform.Logs.Text, [.. spans.Where(span => span.TraceId == parent.TraceId).Select(Describe)]);
    }

    private static string Describe(Activity span) => string.Join('\n', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}")
        .Concat(span.Events.SelectMany(fact => fact.Tags.Select(tag => $"{fact.Name} {tag.Key}={tag.Value}")))
        .Append($"{span.DisplayName} {span.StatusDescription}"));
}
