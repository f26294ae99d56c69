using System.Text.Json;
using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.TestShared;

namespace Millrace.Inference.Tests.Grpc;

/// <summary>A whole inference member with the built-in chat model, shared by the tests that only ask it things.</summary>
public sealed class InferenceMember : IAsyncLifetime
{
    public const string Model = "tiny-rag-chat";

    private ServiceUnderTest? _service;

    internal ServiceUnderTest Service => _service ?? throw new InvalidOperationException("Not started.");

    internal InferenceService.InferenceServiceClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _service = await StartAsync();
        Client = new InferenceService.InferenceServiceClient(_service.Invoker());
        await Client.CountTokensAsync(new CountTokensRequest { Texts = { "ready" } });
    }

    public async Task DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var limit = new CancellationTokenSource(TaskTimeouts.Default);
        while (!await condition()) await timer.WaitForNextTickAsync(limit.Token);
    }

    internal static Task<ServiceUnderTest> StartAsync(params IEnumerable<(string Key, string Value)> settings) =>
        ServiceUnderTest.StartAsync(
            builder => builder.AddInference(), app => app.MapInference(), [("Inference:Model", Model), .. settings]);
}

/// <summary>Everything that came on the stream of one generation.</summary>
internal sealed class GenerationResult
{
    public List<GenerateResponse> Messages { get; } = [];

    public GenerationStarted Started => Messages[0].Started;

    public string Text => TextOf(0);

    public GenerationFinished Finished => FinishedOf(0);

    public IEnumerable<GeneratedToken> Tokens =>
        Messages.Where(message => message.Tokens is not null).SelectMany(message => message.Tokens.Tokens);

    public string TextOf(uint choice) =>
        string.Concat(Messages.Where(message => message.Tokens?.ChoiceIndex == choice).Select(message => message.Tokens.Text));

    public GenerationFinished FinishedOf(uint choice) => Messages.Single(message => message.Finished?.ChoiceIndex == choice).Finished;

    /// <summary>
    /// Checks greedy answers, of which at least this one has alternatives. The native kernels add in another order for another batch, so
    /// near-equal tokens may change places.
    /// </summary>
    public void AssertSameUpToATie(GenerationResult other)
    {
        GeneratedToken[] mine = [.. Tokens], others = [.. other.Tokens];
        var same = mine.Zip(others).TakeWhile(pair => pair.First.Id == pair.Second.Id).Count();
        if (same == mine.Length && same == others.Length) return;
        var top = mine[Math.Min(same, mine.Length - 1)].Top;
        var lead = top[0].Logprob - top[1].Logprob;
        Assert.True(lead < 0.2, $"Token {same} differs where the best leads by {lead}.");
    }

    public static async Task<GenerationResult> OfAsync(InferenceService.InferenceServiceClient client, GenerateRequest request)
    {
        using var call = client.Generate(request);
        var result = new GenerationResult();
        await foreach (var message in call.ResponseStream.ReadAllAsync().ConfigureAwait(false)) result.Messages.Add(message.Clone());
        return result;
    }
}

/// <summary>Prompts that the built-in model was made for.</summary>
internal static class Prompts
{
    private const string System =
        "You are a helpful assistant that answers questions based on the provided context. Rules:\n"
        + "1. Only answer based on the provided context. "
        + "If the context doesn't contain the answer, say 'I don't have enough information to answer that.'\n"
        + "2. Cite your sources using [1], [2], etc. corresponding to the context chunks.\n"
        + "3. Be concise. Aim for 2-3 sentences unless the question requires more detail.\n"
        + "4. Never make up information. Never hallucinate.";

    public static ChatPrompt Grounded(string question, params IEnumerable<(string Source, string Text)> chunks)
    {
        var context = string.Join("\n\n---\n\n", chunks.Select((chunk, index) => $"[{index + 1}] (Source: {chunk.Source})\n{chunk.Text}"));
        return Chat(System, $"Context:\n{context}\n\nQuestion: {question}\n\nAnswer based on the context above:");
    }

    public static ChatPrompt Chat(string system, string user) => new()
    {
        Messages =
        {
            new ChatMessage { Role = ChatRole.System, Content = system },
            new ChatMessage { Role = ChatRole.User, Content = user },
        },
    };

    /// <summary>Questions with their chunks and the answer that the model is known to give, from the model's own evaluation.</summary>
    public static IEnumerable<(ChatPrompt Chat, string Expected)> Handwritten()
    {
        var path = Path.Combine(RepoPaths.Models, "training", "handwritten_eval.jsonl");
        foreach (var line in File.ReadLines(path))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var chunks = root.GetProperty("contexts").EnumerateArray().Select(chunk => (Text(chunk, "source"), Text(chunk, "text")));
            yield return (Grounded(Text(root, "question"), [.. chunks]), Text(root, "expected"));
        }
    }

    public static GenerateRequest Greedy(ChatPrompt chat) =>
        new() { Chat = chat, Sampling = new SamplingParameters { Temperature = 0 }, MaxTokens = 120 };

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
