using System.Diagnostics;
using OpenTelemetry;

namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>Keeps health probes, and what they do in their turn, out of the traces: they come every few seconds and tell nothing.</summary>
internal sealed class HealthProbeFilter : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        // A probe ends after what it did, so that each of its activities looks up for itself.
        for (var activity = data; activity is not null; activity = activity.Parent)
            if (IsProbe(activity)) data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    private static bool IsProbe(Activity activity) =>
        activity.GetTagItem("url.path") is "/health" or "/alive" or "/grpc.health.v1.Health/Check" or "/grpc.health.v1.Health/Watch";
}
