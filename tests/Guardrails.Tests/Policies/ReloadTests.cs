using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Millrace.Guardrails.Checks;
using Millrace.Guardrails.Policies;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Guardrails.Tests.Policies;

public sealed class ReloadTests
{
    [Fact]
    public void Change_OfAPolicy_HoldsFromTheNextCheckOn()
    {
        using var guard = new GuardUnderTest();
        var version = guard.Policies.Get("", "").Version;
        var running = guard.Guard.FilterOutput(new OutputContext("acme", ""));
        var before = running.Push("bob@example.com, ");

        guard.Change(("Policies:default:Output:pii.email", "flag"));

        Assert.Equal("bob@example.com", guard.Output("bob@example.com"));
        Assert.Equal("[REDACTED_EMAIL], [REDACTED_EMAIL]", before + running.Push("bob@example.com") + running.End());
        Assert.Equal(version, running.PolicyVersion);
        Assert.NotEqual(version, guard.Policies.Get("", "").Version);
    }

    [Fact]
    public async Task Change_ThatIsNotValid_KeepsTheLastGoodPoliciesAndSaysSo()
    {
        using var guard = new GuardUnderTest();
        var version = guard.Policies.Get("", "").Version;
        List<string> outcomes = [];
        using var listener = Listen(outcomes);

        guard.Change(("Policies:default:Output:pii.email", "hide"));
        var degraded = await new PolicyHealthCheck(guard.Policies).CheckHealthAsync(new HealthCheckContext());
        var kept = guard.Policies.Get("", "").Version;
        guard.Change(("Policies:default:Output:pii.email", "block"));
        var healthy = await new PolicyHealthCheck(guard.Policies).CheckHealthAsync(new HealthCheckContext());

        Assert.Equal(version, kept);
        Assert.Equal((HealthStatus.Degraded, HealthStatus.Healthy), (degraded.Status, healthy.Status));
        Assert.Contains("'hide'", degraded.Description, StringComparison.Ordinal);
        Assert.Contains("PoliciesKept", guard.Logs.Text, StringComparison.Ordinal);
        Assert.Equal("", guard.Output("bob@example.com"));
        lock (outcomes) Assert.Equal(["refused", "taken"], outcomes);
    }

    // Other tests run guards of their own beside this one, and never change their settings on this thread.
    private static MeterListener Listen(List<string> outcomes)
    {
        var thread = Environment.CurrentManagedThreadId;
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == GenAi.Metrics.GuardrailPolicyReloads) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (Environment.CurrentManagedThreadId != thread) return;
            lock (outcomes) outcomes.Add((string)tags[0].Value!);
        });
        listener.Start();
        return listener;
    }
}
