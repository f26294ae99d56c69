using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runs;

/// <summary>Makes runs: one task per run, which nobody's connection ends.</summary>
internal sealed class RunWorker(IServiceProvider services, ILogger<RunWorker> logger)
{
    /// <summary>Makes a run to its end, or until it is lost to another process.</summary>
    public async Task WorkAsync(RunTask task, LiveRun live, RunJournal journal)
    {
        CallContext.Current = new CallContext(CallContext.Current.Tenant, task.Input.RequestId) { Labels = task.Input.Labels };
        var pump = journal.PumpAsync();
        try
        {
            var end = await MakeAsync(task, live);
            journal.Complete();
            await pump;
            await journal.FinishAsync(end, task.Input.KeptFor);
            live.End(journal.IsOwner ? LiveState.Ended : LiveState.Lost);
        }
        catch (Exception error)
        {
            // Whoever reads it learns that from the store, and goes on with it there if it can be gone on with.
            if (!live.IsAbandoned) RunLog.Lost(logger, live.Id, error);
            journal.Complete();
            live.Abandon();
            await EndPumpAsync(pump);
        }
    }

    private static MillraceException GivenUp() => new(
        Reason.UpstreamUnavailable, "The gateways that made this answer have stopped, one after the other. Ask again, with a new key.");

    private static async Task EndPumpAsync(Task pump)
    {
        try
        {
            await pump;
        }
        catch (Exception)
        {
            // Told already.
        }
    }

    private async Task<RunEnd> MakeAsync(RunTask task, LiveRun live)
    {
        var kind = services.GetServices<IRunKind>().First(kind => kind.Name == task.Input.Kind);
        try
        {
            live.Stopping.ThrowIfCancellationRequested();
            if (task.IsGivenUp) throw GivenUp();
            return await kind.RunAsync(task, live.Stopping);
        }
        catch (Exception error) when (!live.IsAbandoned)
        {
            return await kind.BreakOffAsync(task, error, live.Stopping.IsCancellationRequested);
        }
    }
}
