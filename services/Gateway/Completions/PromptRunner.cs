using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Completions;

/// <summary>Has the pool continue the prompts of one request, several at a time, and makes one stream of it.</summary>
public sealed class PromptRunner(Generator generator)
{
    /// <summary>Prompts of one request that are asked at a time; the pool shares itself fairly among tenants beyond that.</summary>
    private const int RunningMax = 8;

    private const int PendingMax = 64;

    /// <summary>Generates. Choices are numbered over all prompts.</summary>
    /// <exception cref="MillraceException">One of the prompts failed.</exception>
    public IAsyncEnumerable<ChatEvent> GenerateAsync(
        ChatRun run, CompletionRequest request, IReadOnlyList<CompletionPrompt> prompts, CancellationToken cancellationToken) =>
        prompts.Count == 1
            ? SingleAsync(run, request, Request(run.Plan, request, prompts[0]), cancellationToken)
            : SeveralAsync(run, request, prompts, cancellationToken);

    /// <summary>Goes on behind what was said to the one prompt of a request, its echo included.</summary>
    internal IAsyncEnumerable<ChatEvent> GoOnAsync(
        ChatRun run, CompletionRequest request, CompletionPrompt prompt, AnswerBeginning beginning, CancellationToken cancellationToken) =>
        SingleAsync(
            run, request, Request(run.Plan, request with { Echo = false }, prompt).From(beginning), cancellationToken);

    private async IAsyncEnumerable<ChatEvent> SingleAsync(
        ChatRun run, CompletionRequest request, GenerateRequest generate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var next in generator.GenerateAsync(generate, run, cancellationToken))
                if (!request.EchoOnly || next is not ChatDelta) yield return next;
        }
        finally
        {
            // The one token that nobody asked for was not sent either.
            if (request.EchoOnly) run.Usage = run.Usage with { CompletionTokens = 0 };
        }
    }

    private async IAsyncEnumerable<ChatEvent> SeveralAsync(
        ChatRun run,
        CompletionRequest request,
        IReadOnlyList<CompletionPrompt> prompts,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateBounded<ChatEvent>(new BoundedChannelOptions(PendingMax) { SingleReader = true });
        var running = WriteAllAsync(run, request, prompts, events.Writer, stop.Token);
        try
        {
            await foreach (var next in events.Reader.ReadAllAsync(cancellationToken)) yield return next;
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    private async Task WriteAllAsync(
        ChatRun run,
        CompletionRequest request,
        IReadOnlyList<CompletionPrompt> prompts,
        ChannelWriter<ChatEvent> events,
        CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = RunningMax, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, prompts.Count), options, async (index, stopped) =>
            {
                await foreach (var next in OneAsync(run, request, prompts[index], stopped))
                    await events.WriteAsync(Shift(next, index * request.ChoicesPerPrompt), stopped);
            });
            events.Complete();
        }
        catch (Exception error)
        {
            events.Complete(error);
        }
    }

    // A run of its own, because several fill in their usage side by side.
    private async IAsyncEnumerable<ChatEvent> OneAsync(
        ChatRun run, CompletionRequest request, CompletionPrompt prompt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var own = new ChatRun
        {
            Id = run.Id, CreatedAt = run.CreatedAt, Plan = run.Plan, Timeline = run.Timeline, Activity = run.Activity,
        };
        try
        {
            await foreach (var next in generator.GenerateAsync(Request(own.Plan, request, prompt), own, cancellationToken))
            {
                run.ServedBy ??= own.ServedBy;
                if (!request.EchoOnly || next is not ChatDelta) yield return next;
            }
        }
        finally
        {
            run.AddUsage(request.EchoOnly ? own.Usage with { CompletionTokens = 0 } : own.Usage);
            foreach (var decision in own.Decisions) run.Decide(decision.Step, decision.Decided, decision.Facts.DeepClone().AsObject());
        }
    }

    private static GenerateRequest Request(ChatPlan plan, CompletionRequest request, CompletionPrompt prompt)
    {
        var generate = Generator.Request(plan, request.ChoicesPerPrompt);
        generate.Echo = request.Echo;
        if (prompt.Tokens is null) generate.Text = prompt.Text;
        else generate.Tokens = new TokenSequence { Ids = { prompt.Tokens } };
        return generate;
    }

    private static ChatEvent Shift(ChatEvent next, int by) => next switch
    {
        PromptEchoed echo => echo with { Choice = echo.Choice + by },
        ChatDelta delta => delta with { Choice = delta.Choice + by },
        ChatFinished finished => finished with { Choice = finished.Choice + by },
        _ => next,
    };
}
