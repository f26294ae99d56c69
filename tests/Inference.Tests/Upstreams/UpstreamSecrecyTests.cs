using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Millrace.Contracts.Inference.V1;
using Millrace.Inference.Tests.Grpc;
using Millrace.TestShared;
using Millrace.Upstreams.Tests;

namespace Millrace.Inference.Tests.Upstreams;

/// <summary>What nobody may read in a log: keys, values of headers, prompts and answers.</summary>
public sealed class UpstreamSecrecyTests
{
    private const string HeaderSecret = "header-secret-8842";
    private const string Prompt = "prompt-marker-5519";
    private const string Answer = "answer-marker-7731";

    private const string Told =
        $$"""{"error":{"message":"no: {{UpstreamMember.Key}} {{HeaderSecret}} {{Prompt}}","type":"x","code":"y"} }""";

    [Fact]
    public async Task Generate_AllOutcomesWithLogsAtTrace_LogsNoSecretAndNoText()
    {
        await using var fake = await FakeUpstream.StartAsync(
            Behave.Events(OpenAi.Whole(Answer)),
            Behave.Status(503, Told),
            Behave.Events(OpenAi.Whole(Answer)),
            Behave.Status(401, Told),
            Behave.Status(400, Told),
            Behave.Status(429, Told, ("retry-after", "3600")),
            Behave.EventsThen([OpenAi.Text(Answer)], Behave.Cut),
            Behave.Events(OpenAi.Text(Answer), Told),
            Behave.Events($$"""{"oops {{Answer}}"""),
            Behave.Hang);
        using var logs = new EveryLog();
        await using var service = await StartAsync(fake, logs);
        var client = new InferenceService.InferenceServiceClient(service.Invoker());

        var outcomes = new List<Exception?>();
        for (var i = 0; i < 8; i++)
            outcomes.Add(await Record.ExceptionAsync(() => GenerationResult.OfAsync(client, Request()).DefaultTimeout()));
        using (var abandoned = client.Generate(Request()))
            while (fake.Count < 10) await Task.Yield();

        Assert.Equal(2, outcomes.Count(outcome => outcome is null));
        foreach (var secret in (string[])[UpstreamMember.Key, HeaderSecret])
        {
            Assert.DoesNotContain(logs.Entries, entry => entry.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(outcomes, outcome => outcome?.ToString().Contains(secret, StringComparison.Ordinal) == true);
        }

        foreach (var text in (string[])[Prompt, Answer])
            Assert.DoesNotContain(logs.Entries, entry => entry.Contains(text, StringComparison.Ordinal));
        Assert.Contains(logs.Entries, entry => entry.StartsWith("Trace", StringComparison.Ordinal));
        Assert.Contains(logs.Entries, entry => entry.Contains("UpstreamRetried", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("vendor/\"m\"\r\nX-Evil: 1")]
    [InlineData("модель/ü")]
    public async Task Generate_RemoteNameOfAnyCharacters_StaysWithinTheBody(string remote)
    {
        await using var fake = await FakeUpstream.StartAsync(Behave.Events(OpenAi.Whole("Hi")));
        await using var member = await UpstreamMember.StartAsync(fake, null, ("Models:odd", remote));
        var request = UpstreamMember.Hello();
        request.Model = "odd";

        await member.AskAsync(request);

        var received = await fake.NextAsync();
        Assert.Equal(remote, received.Body.GetProperty("model").GetString());
        Assert.DoesNotContain("X-Evil", received.Headers.Keys);
        Assert.Equal("/v1/chat/completions", received.Path);
    }

    private static GenerateRequest Request()
    {
        var request = UpstreamMember.Hello();
        request.Chat.Messages[0].Content = Prompt;
        return request;
    }

    private static Task<ServiceUnderTest> StartAsync(FakeUpstream fake, EveryLog logs) => ServiceUnderTest.StartAsync(
        builder =>
        {
            builder.AddInference();
            foreach (var category in (string[])["", "Grpc", "Microsoft.AspNetCore", "System"])
                builder.Logging.AddFilter(category, LogLevel.Trace);
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        },
        app => app.MapInference(),
        ("Inference:Model", UpstreamMember.Model),
        ("Inference:Upstreams:far:BaseAddress", fake.Address),
        ("Inference:Upstreams:far:ApiKey", UpstreamMember.Key),
        ("Inference:Upstreams:far:Headers:x-team", HeaderSecret),
        ("Inference:Upstreams:far:RetryDelay", "00:00:00.001"),
        ("Inference:Upstreams:far:Breaker:FailuresToOpen", "100"),
        ($"Inference:Upstreams:far:Models:{UpstreamMember.Model}", UpstreamMember.RemoteModel));

    /// <summary>Collects all that is logged, with the values behind the message and the scopes around it.</summary>
    private sealed class EveryLog : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider? _scopes;

        public ConcurrentQueue<string> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Collector(this, categoryName);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Dispose()
        {
        }

        private sealed class Collector(EveryLog all, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs) : "";
                all._scopes?.ForEachScope((scope, list) => list.Enqueue($"Scope {scope}"), all.Entries);
                all.Entries.Enqueue($"{logLevel} {category} {eventId.Name} {formatter(state, exception)} {values} {exception}");
            }
        }
    }
}
