using System.Diagnostics;
using OpenTelemetry;

namespace Millrace.ServiceDefaults.Telemetry;

/// <summary>Keeps health probes out of the traces: they come every few seconds and tell nothing.</summary>
internal sealed class HealthProbeFilter : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem("url.path") is "/health" or "/alive") data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
