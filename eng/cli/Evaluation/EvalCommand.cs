using System.Net.Http.Headers;
using Millrace.Cli.Keys;

namespace Millrace.Cli.Evaluation;

/// <summary><c>eval</c>: asks the sample questions of a running system.</summary>
internal static class EvalCommand
{
    private const string Assistant = "docs-assistant";

    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var questions = SampleQuestion.Load(arguments.Require("--questions"));
        using var http = new HttpClient { BaseAddress = arguments.Url("--url") };
        if (DevelopmentKey.Find(arguments.Find("--key-file")) is { } key)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var client = new AssistantClient(http, Assistant);

        await output.WriteLineAsync($"asking {questions.Count} questions of {Assistant} at {http.BaseAddress}");
        List<QuestionOutcome> outcomes = [];
        foreach (var question in questions)
            outcomes.Add(new QuestionOutcome(question, await client.AskAsync(question.Question, cancellationToken)));

        await new EvaluationReport(outcomes).WriteAsync(output, arguments.Has("--verbose"));
        return 0;
    }
}
