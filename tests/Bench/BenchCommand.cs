using Millrace.Bench.Harness;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.Bench;

/// <summary>
/// The command line. Exit codes: 0 measured, whether or not a target was met; 1 a measurement failed; 2 unusable arguments.
/// </summary>
internal sealed class BenchCommand(IReadOnlyList<IBench> benches, TextWriter output)
{
    private const string Usage = """
        usage: NAME [--quick] [--gpu] [--no-peers]    measures and writes artifacts/bench/NAME.json
               all [...]                              every one in turn
               --list                                 what there is
        --quick       small and short: whether it works, not how fast it is
        --gpu         an 8b model and more streams; needs the CUDA library in MILLRACE_LLAMA_DIR
        --no-peers    without other programs, which are installed on first use
        --only=TEXT   engine, retrieval: only the cases whose name has this text, such as "anthropic-docs, given"
        --vectors=PATH   vectorindex: vectors of a file in fvecs format instead of generated ones
        """;

    /// <summary>Where results go, and what is generated or installed for the measurements.</summary>
    public string Folder { get; init; } = Path.Combine(RepoPaths.Root, "artifacts", "bench");

    /// <summary>Runs what the arguments name.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchOptions.Parse(args) is not { } options) return await RefuseAsync();
        if (options.List) return await ListAsync();
        var chosen = benches.Where(bench => options.Name == "all" || bench.Name == options.Name).ToList();
        if (chosen.Count == 0) return await RefuseAsync();

        foreach (var bench in chosen)
            if (!await MeasureAsync(bench, options, cancellationToken))
                return 1;
        return 0;
    }

    private async Task<int> RefuseAsync()
    {
        await output.WriteLineAsync(Usage);
        return 2;
    }

    private async Task<int> ListAsync()
    {
        foreach (var bench in benches) await output.WriteLineAsync($"{bench.Name,-12}{bench.Summary}");
        return 0;
    }

    private async Task<bool> MeasureAsync(IBench bench, BenchOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var run = new BenchRun(options, Folder, output);
            var machine = MachineInfo.Read(run.Runtime);
            if (options.Gpu && machine.Gpus.Count == 0) throw NoGpu();
            await output.WriteLineAsync($"{bench.Name}: {bench.Summary}\n{machine}");
            await bench.RunAsync(run, cancellationToken);
            await output.WriteLineAsync(ResultTable.Format(run.Rows));
            await output.WriteLineAsync($"written: {BenchReport.Write(run.Folder, bench.Name, machine, run.Rows)}");
            return true;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync($"{bench.Name} was stopped.");
            return false;
        }
        catch (Exception error) when (error is BenchException or LlamaException or MillraceException)
        {
            await output.WriteLineAsync($"{bench.Name} failed: {error.Message}");
            return false;
        }
    }

    private static BenchException NoGpu() =>
        new("llama.cpp sees no GPU: set MILLRACE_LLAMA_DIR to the folder of its CUDA library, or leave out --gpu.");
}
