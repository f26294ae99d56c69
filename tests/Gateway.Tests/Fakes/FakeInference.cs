using System.Collections.Concurrent;
using Grpc.Core;
using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>A pool member that says what its script says. It counts a token per word.</summary>
internal sealed class FakeInference : InferenceService.InferenceServiceBase
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource<GenerateRequest>? _next;
    private int _statusCalls;
    private volatile TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FakeInference() => Status = () => StatusOf([.. Requests.SelectMany(request => request.PrefixKeys).Distinct()]);

    /// <summary>Says something; the default says "Hello there." in three tokens.</summary>
    public Func<GenerateRequest, Speaker, Task> Script { get; set; } = (_, speaker) => speaker.SayAsync("Hello", " there", ".");

    public ConcurrentQueue<GenerateRequest> Requests { get; } = new();

    public int ContextTokensMax { get; set; } = 2048;

    public string Model { get; set; } = "tiny-rag-chat";

    /// <summary>Models that it lists besides its own two.</summary>
    public ConcurrentQueue<string> MoreModels { get; } = new();

    /// <summary>Says its state; the default has nothing to do and holds all prompts that it ever got.</summary>
    public Func<GetStatusResponse> Status { get; set; }

    /// <summary>Completes when it was next asked for its state.</summary>
    public Task Asked => _asked.Task;

    /// <summary>How often its state was told.</summary>
    public int StatusCalls => Volatile.Read(ref _statusCalls);

    /// <summary>How often tokens were counted.</summary>
    public int CountCalls { get; private set; }

    /// <summary>Completes when a generation was cancelled by its caller.</summary>
    public Task Cancelled => _cancelled.Task;

    public GenerateRequest LastRequest => Requests.Last();

    /// <summary>Completes with the next request.</summary>
    public Task<GenerateRequest> NextRequestAsync() => (_next = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says an answer.</summary>
    public void Answers(params string[] tokens) => Script = (_, speaker) => speaker.SayAsync(tokens);

    public static int Count(string text) => text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Length;

    public override async Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        _next?.TrySetResult(request);
        using var registration = context.CancellationToken.Register(() => _cancelled.TrySetResult());
        if (request.Model.Length > 0 && request.Model != Model && request.Model != "plain" && !MoreModels.Contains(request.Model))
            throw new MillraceException(Reason.ModelNotFound, $"The model '{request.Model}' does not exist.");
        await Script(request, new Speaker(request, responseStream, context.CancellationToken));
    }

    public override Task<CountTokensResponse> CountTokens(CountTokensRequest request, ServerCallContext context)
    {
        CountCalls++;
        var response = new CountTokensResponse { ContextTokensMax = (uint)ContextTokensMax };
        response.Counts.Add(request.Texts.Select(text => (uint)Count(text)));
        response.ChatCount = (uint)(request.Chat?.Messages.Sum(message => Count(message.Content) + 4) ?? 0);
        return Task.FromResult(response);
    }

    /// <summary>Its tokens; empty for a model whose vocabulary nobody knows.</summary>
    public Dictionary<int, string> Vocabulary { get; } = new() { [5] = "five ", [6] = "six" };

    public override Task<DetokenizeResponse> Detokenize(DetokenizeRequest request, ServerCallContext context)
    {
        if (Vocabulary.Count == 0) throw MillraceException.InvalidArgument("model", "Its vocabulary is not known here.");
        return Task.FromResult(new DetokenizeResponse { Text = string.Concat(request.Ids.Select(id => Vocabulary[id])) });
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        var response = new ListModelsResponse();
        response.Models.Add(new ModelInfo { Name = "plain", ContextTokensMax = (uint)ContextTokensMax, State = ModelState.Loaded });
        response.Models.Add(
            new ModelInfo { Name = Model, ContextTokensMax = (uint)ContextTokensMax, State = ModelState.Loaded, IsDefault = true });
        response.Models.Add(MoreModels.Select(name => new ModelInfo { Name = name, State = ModelState.Loaded, ContextTokensMax = 2048 }));
        return Task.FromResult(response);
    }

    public override Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var status = Status();
        Interlocked.Increment(ref _statusCalls);
        Interlocked.Exchange(ref _asked, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return Task.FromResult(status);
    }

    /// <summary>The state of a member that does this much and holds these keys.</summary>
    public static GetStatusResponse StatusOf(ulong[] keys, uint slotsUsed = 0, uint queueDepth = 0)
    {
        var status = new GetStatusResponse();
        status.Engines.Add(new EngineStatus { Model = "plain", SlotsTotal = 4, SlotsUsed = slotsUsed, QueueDepth = queueDepth });
        status.Engines[0].PrefixKeys.Add(keys);
        return status;
    }
}

/// <summary>What a script speaks through.</summary>
internal sealed class Speaker(GenerateRequest request, IServerStreamWriter<GenerateResponse> stream, CancellationToken cancellationToken)
{
    private readonly Dictionary<uint, uint> _spoken = [];

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>A whole answer, the same for each choice.</summary>
    public async Task SayAsync(params string[] tokens)
    {
        await StartAsync();
        for (uint choice = 0; choice < Math.Max(1, request.ChoiceCount); choice++)
        {
            foreach (var token in tokens) await TokenAsync(token, choice);
            await FinishAsync(FinishReason.Stop, choice);
        }
    }

    public Task StartAsync() => WriteAsync(new GenerateResponse
    {
        Started = new GenerationStarted { Model = request.Model, PromptTokens = 11, CachedTokens = 3, Seed = 1 },
    });

    public Task TokenAsync(string text, uint choice = 0)
    {
        _spoken[choice] = _spoken.GetValueOrDefault(choice) + 1;
        var batch = new TokenBatch { ChoiceIndex = choice, Text = text };
        if (request.Logprobs) batch.Tokens.Add(Token(text));
        return WriteAsync(new GenerateResponse { Tokens = batch });
    }

    /// <summary>A piece of a tool call; id and name belong to its first one.</summary>
    public Task CallAsync(uint index, string arguments, string id = "", string name = "", uint choice = 0)
    {
        _spoken[choice] = _spoken.GetValueOrDefault(choice) + 1;
        var delta = new ToolCallDelta { Index = index, Id = id, Name = name, Arguments = arguments };
        return WriteAsync(new GenerateResponse { Tokens = new TokenBatch { ChoiceIndex = choice, ToolCalls = { delta } } });
    }

    public Task FinishAsync(FinishReason reason = FinishReason.Stop, uint choice = 0) => WriteAsync(new GenerateResponse
    {
        Finished = new GenerationFinished { ChoiceIndex = choice, Reason = reason, CompletionTokens = _spoken.GetValueOrDefault(choice) },
    });

    /// <summary>Any event.</summary>
    public Task WriteAsync(GenerateResponse response) => stream.WriteAsync(response, cancellationToken);

    private static GeneratedToken Token(string text)
    {
        var bytes = Google.Protobuf.ByteString.CopyFromUtf8(text);
        var token = new GeneratedToken { Id = 7, Token = bytes, Logprob = -0.5f };
        token.Top.Add(new TopLogprob { Id = 7, Token = bytes, Logprob = -0.5f });
        return token;
    }
}
