using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Bench.Harness;
using Millrace.Contracts.Inference.V1;
using Millrace.TestShared;

namespace Millrace.Bench.Serving;

/// <summary>
/// What the platform adds to a grounded answer: guard, embedding, search, context, prompt, citations, guard, over all services, at a steady
/// rate of requests; the model's time is not in it, for the engine is simulated and answers at once.
/// </summary>
internal sealed class PipelineBench : IBench
{
    private const double PerSecond = 50;
    private const string Marker = "[1] (Source:";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => "pipeline";

    /// <inheritdoc/>
    public string Summary => "grounded answers of a simulated engine at 50 requests/s: the platform's overhead, by step";

    /// <inheritdoc/>
    public async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        // Compilers of seven processes go on compiling for a minute; what counts is what a server does all day.
        var (warmUp, count) = run.Options.Quick ? (20, 50) : (4500, 3000);
        await using var engine = await SimulatedEngine.StartAsync(new Speech(0, Quote));
        await using var system = await ServingSystem.StartAsync(
            new ServingSettings { Engine = engine.GrpcAddress, Documents = true }, cancellationToken);
        using var http = new HttpClient { BaseAddress = system.Edge, Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", system.Key);
        var questions = await QuestionsAsync(cancellationToken);
        await UntilSeededAsync(http, cancellationToken);

        run.Progress($"warm-up: {warmUp} requests");
        await AskManyAsync(http, questions, warmUp, 0, cancellationToken);
        run.Progress($"{count} requests at {PerSecond} in a second");
        var asked = await AskManyAsync(http, questions, count, warmUp, cancellationToken);
        Report(run, asked, await StepsAsync(http, asked, cancellationToken));
        foreach (var (name, process) in system.Processes)
            run.Add(BenchRow.Of($"memory after it: {name}", new Samples(process.ResidentBytes / (double)(1 << 20)), "MiB"));
    }

    /// <summary>A sentence of the first passage with its number, as a model that does its work would answer.</summary>
    private static string[] Quote(GenerateRequest request)
    {
        var prompt = request.Chat.Messages[^1].Content;
        var passage = prompt[(prompt.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)..];
        var lines = passage.Split("\n\n---\n\n")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var sentence = lines.Skip(1).FirstOrDefault(line => line.Contains(". ", StringComparison.Ordinal)) ?? lines[^1];
        var end = sentence.IndexOf(". ", StringComparison.Ordinal);
        var words = (end < 0 ? sentence.TrimEnd('.') : sentence[..end]).Split(' ');
        return [.. words.Select((word, at) => at == 0 ? word : " " + word), " [1]."];
    }

    private static void Report(BenchRun run, IReadOnlyList<Answered> asked, IReadOnlyDictionary<string, Samples> steps)
    {
        var overhead = new Samples(asked.Select(answer => answer.OverheadMs));
        var seen = new Samples(asked.Select(answer => answer.TotalMs));
        run.Add(BenchRow.Of("overhead, p50", new Samples(overhead.Median), "ms", Target.AtMost(5)));
        run.Add(BenchRow.Of("overhead, p99", new Samples(overhead.Percentile(0.99)), "ms", Target.AtMost(15)));
        run.Add(BenchRow.Of("as the client sees it, engine included, p50", new Samples(seen.Median), "ms"));
        run.Add(BenchRow.Of("as the client sees it, engine included, p99", new Samples(seen.Percentile(0.99)), "ms"));
        run.Add(BenchRow.Of("answers without a citation", new Samples(asked.Count(answer => !answer.IsCited)), $"of {asked.Count:N0}"));
        foreach (var (name, times) in steps)
        {
            run.Add(BenchRow.Of($"step {name}, p50", new Samples(times.Median), "ms"));
            run.Add(BenchRow.Of($"step {name}, p99", new Samples(times.Percentile(0.99)), "ms"));
        }
    }

    private static async Task<string[]> QuestionsAsync(CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(Path.Combine(RepoPaths.Root, "samples", "questions.json"));
        using var json = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
        var list = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement : json.RootElement.GetProperty("questions");
        return [.. list.EnumerateArray().Select(item => item.GetProperty("question").GetString() ?? "")];
    }

    private static async Task UntilSeededAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (await AskAsync(http, "How many days do I have to return an item?", limit.Token) is not { IsCited: true })
            await timer.WaitForNextTickAsync(limit.Token);
    }

    /// <summary>Asks at a steady rate, whether or not earlier answers are there; every question is new to every cache.</summary>
    private static async Task<IReadOnlyList<Answered>> AskManyAsync(
        HttpClient http, string[] questions, int count, int first, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        List<Task<Answered?>> answers = [];
        for (var number = 0; number < count; number++)
        {
            var due = TimeSpan.FromSeconds(number / PerSecond) - Stopwatch.GetElapsedTime(start);
            if (due > TimeSpan.Zero) await Task.Delay(due, cancellationToken);
            var question = string.Create(
                CultureInfo.InvariantCulture, $"{questions[number % questions.Length]} (asked by {Texts(first + number)})");
            answers.Add(AskAsync(http, question, cancellationToken));
        }

        return [.. (await Task.WhenAll(answers)).Select(answer => answer ?? throw new BenchException("A request was refused."))];
    }

    private static string Texts(int number) => Load.Texts.Of(number, 3);

    private static async Task<Answered?> AskAsync(HttpClient http, string question, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await http.PostAsJsonAsync(
            new Uri("/v1/chat/completions", UriKind.Relative),
            new
            {
                model = SimulatedEngine.Model,
                messages = new[] { new { role = "user", content = question } },
                millrace = new { collections = new[] { "samples" } },
            },
            cancellationToken);
        if (!response.IsSuccessStatusCode) return null;
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return new Answered(
            response.Headers.GetValues("x-request-id").Single(),
            double.Parse(response.Headers.GetValues("x-millrace-overhead-ms").Single(), CultureInfo.InvariantCulture),
            Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            body.Contains("\"url_citation\"", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyDictionary<string, Samples>> StepsAsync(
        HttpClient http, IReadOnlyList<Answered> asked, CancellationToken cancellationToken)
    {
        Dictionary<string, List<double>> steps = [];
        foreach (var answer in asked.Where((_, at) => at % 10 == 0))
        {
            var explained = await http.GetFromJsonAsync<JsonElement>(
                new Uri($"/v1/requests/{answer.Id}/explain", UriKind.Relative), cancellationToken);
            foreach (var step in explained.GetProperty("steps").EnumerateArray())
            {
                var name = step.GetProperty("step").GetString() ?? "";
                if (!steps.TryGetValue(name, out var times)) steps[name] = times = [];
                times.Add(step.GetProperty("duration_ms").GetDouble());
            }
        }

        return steps.ToDictionary(step => step.Key, step => new Samples(step.Value));
    }

    private sealed record Answered(string Id, double OverheadMs, double TotalMs, bool IsCited);
}
