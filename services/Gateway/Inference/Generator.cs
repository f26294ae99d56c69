using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Completions;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;
using Millrace.Gateway.Telemetry;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Inference;

/// <summary>Step 10: has the pool answer a prompt.</summary>
public sealed class Generator(InferencePool pool, GatewayTelemetry telemetry, TextRecorder texts)
{
    /// <summary>What is told of a token that cannot be, as OpenAI tells it: JSON knows no infinity.</summary>
    private const float LogprobMin = -9999;

    /// <summary>Generates.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="run">The request; its usage is filled in on the way.</param>
    /// <param name="choiceCount">Choices to generate.</param>
    /// <param name="cancellationToken">Frees the slot of the engine.</param>
    /// <param name="beginning">The part of the answer that is there already; null for none.</param>
    public IAsyncEnumerable<ChatEvent> GenerateAsync(
        BuiltPrompt prompt, ChatRun run, int choiceCount, CancellationToken cancellationToken, AnswerBeginning? beginning = null)
    {
        var request = Request(run.Plan, choiceCount);
        request.Chat = prompt.ToChat();
        ToolMapping.Add(request, run.Plan.Request);
        return GenerateAsync(request.From(beginning), run, cancellationToken);
    }

    /// <summary>What a plan says of a generation, without its prompt.</summary>
    internal static GenerateRequest Request(ChatPlan plan, int choiceCount)
    {
        var request = new GenerateRequest
        {
            Model = plan.Model.Name,
            Sampling = plan.Sampling.ToContract(),
            MaxTokens = (uint)(plan.TokensMax ?? 0),
            ChoiceCount = (uint)choiceCount,
            Logprobs = plan.Request.Logprobs,
            TopLogprobs = (uint)plan.Request.TopLogprobs,
            Priority = plan.Request.IsBatch ? Priority.Batch : Priority.Interactive,
            FairnessKey = CallContext.Current.Tenant,
            CacheSalt = CallContext.Current.Tenant,
        };
        request.Stop.Add(plan.Request.Stop);
        return request;
    }

    /// <summary>Generates what a request asks for, with an echo of its prompt where it asks for that.</summary>
    internal async IAsyncEnumerable<ChatEvent> GenerateAsync(
        GenerateRequest request, ChatRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var step = telemetry.Step("generate", run);
        using var span = telemetry.StartChatCall(run, step.Activity ?? run.Activity);
        using var recorded = texts.Begin(request, span.Activity);
        var before = run.Usage;
        await using var responses = pool
            .GenerateAsync(request, attempt => Tell(attempt, run), cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        var open = new OpenTokens();
        var isWhole = false;
        try
        {
            while (await NextAsync(responses, run))
            {
                open.Take(responses.Current);
                foreach (var next in Translate(responses.Current, run, request.Echo))
                {
                    recorded?.Add(next);
                    yield return next;
                }
            }

            isWhole = true;
        }
        finally
        {
            // Whoever leaves in the middle has had what came until then.
            run.AddUsage(new ChatUsage(0, open.Count, 0));
            if (isWhole) telemetry.EndChatCall(span, run, run.Usage.Since(before));
            else telemetry.BreakChatCall(run, run.Usage.Since(before));
        }
    }

    /// <summary>Counts the tokens of a text.</summary>
    public async Task<int> CountAsync(string model, string text, CancellationToken cancellationToken)
    {
        var request = new CountTokensRequest { Model = model, Texts = { text } };
        return (int)(await pool.CountTokensAsync(request, cancellationToken)).Counts[0];
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<GenerateResponse> responses, ChatRun run)
    {
        using var wait = run.Timeline.AwaitModel();
        try
        {
            return await responses.MoveNextAsync();
        }
        catch (MillraceException refusal) when (SamplingMapping.IsSampling(refusal.Param))
        {
            throw SamplingMapping.InWordsOfTheCaller(refusal);
        }
        catch (MillraceException refusal) when (PromptMapping.IsMessage(refusal.Param))
        {
            throw PromptMapping.InWordsOfTheCaller(refusal);
        }
    }

    private static IEnumerable<ChatEvent> Translate(GenerateResponse response, ChatRun run, bool isEcho)
    {
        switch (response.EventCase)
        {
            case GenerateResponse.EventOneofCase.Started:
                Begin(response.Started, run);
                break;

            case GenerateResponse.EventOneofCase.Tokens when response.Tokens.IsPrompt:
                if (isEcho) yield return Echo(Delta(response.Tokens, run.Plan.Request.Logprobs));
                break;
            case GenerateResponse.EventOneofCase.Tokens:
                var delta = Delta(response.Tokens, run.Plan.Request.Logprobs);
                if (delta is not { Text: "", Logprobs.Count: 0 }) yield return delta;
                foreach (var call in response.Tokens.ToolCalls) yield return ToolMapping.Read((int)response.Tokens.ChoiceIndex, call);
                break;
            case GenerateResponse.EventOneofCase.Finished:
                run.Usage = run.Usage with { CompletionTokens = run.Usage.CompletionTokens + (int)response.Finished.CompletionTokens };
                yield return Finished(response.Finished);
                break;
        }
    }

    // An upstream tells the tokens of the prompt only at its end: the first `started` then has none, and a second one has them all. So the
    // counts of one generation add up, as do those of several generations of one request.
    private static void Begin(GenerationStarted started, ChatRun run)
    {
        run.Usage = run.Usage with
        {
            PromptTokens = run.Usage.PromptTokens + (int)started.PromptTokens,
            CachedTokens = run.Usage.CachedTokens + (int)started.CachedTokens,
        };
        if (started.Model.Length > 0) run.ServedBy = started.Model;
        run.Seed = started.Seed;
    }

    private static void Tell(PoolAttempt attempt, ChatRun run) => run.Decide(
        "route",
        attempt.Member,
        new JsonObject
        {
            ["why"] = attempt.Why, ["matched_prefix_keys"] = attempt.MatchedKeys, ["failed_before"] = attempt.FailedBefore?.Info().Code,
        });

    private static PromptEchoed Echo(ChatDelta delta) => new(delta.Choice, delta.Text, delta.Logprobs);

    private static ChatDelta Delta(TokenBatch batch, bool logprobs) => new(
        (int)batch.ChoiceIndex,
        batch.Text,
        logprobs ? [.. batch.Tokens.Select(token => new TokenLogprob(token.Token.Memory, Finite(token.Logprob), Top(token)))] : []);

    private static TokenLogprob[] Top(GeneratedToken token) =>
        [.. token.Top.Select(top => new TokenLogprob(top.Token.Memory, Finite(top.Logprob), []))];

    private static float Finite(float logprob) => float.IsFinite(logprob) ? logprob : LogprobMin;

    private static ChatFinished Finished(GenerationFinished finished) => new((int)finished.ChoiceIndex, Why(finished.Reason), [])
    {
        Stop = finished.Stop.Length > 0 ? finished.Stop : null,
    };

    private static ChatFinishReason Why(FinishReason reason) => reason switch
    {
        FinishReason.Length => ChatFinishReason.Length,
        FinishReason.ToolCalls => ChatFinishReason.ToolCalls,
        FinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Stop,
    };
}
