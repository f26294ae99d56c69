using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.Inference.Models;
using Millrace.Inference.Prompting;
using Millrace.Inference.Telemetry;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Runtime;

/// <summary>What an inference member does, free of any transport.</summary>
internal sealed class InferenceRuntime(ModelHost models, DrainGate gate, InferenceMetrics metrics, IOptions<InferenceOptions> options)
{
    private const int CountedTextsMax = 1024;
    private const int TextCharsMax = 4 * 1024 * 1024;

    private readonly GenerateRules _rules = new(options.Value);

    /// <summary>
    /// Generates. Each element is everything that happened since the last one was taken: a slow reader gets larger batches, a waiting one
    /// gets each event at once. When the enumeration ends early for whatever reason, the slots are free within one step.
    /// </summary>
    /// <exception cref="MillraceException">The request is refused, or fails.</exception>
    public async IAsyncEnumerable<GenerationBatch> GenerateAsync(
        GenerateCommand command, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var visit = gate.Enter();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, gate.Evicted);
        using var lease = await LeaseAsync(command.Model, ending.Token);
        using var observation = metrics.Begin(lease.Model.Name);
        var generation = Submit(command, lease, observation);
        using var cancel = ending.Token.Register(generation.Cancel);
        var batch = new GenerationBatch(lease.Model);
        try
        {
            while (await HasMoreAsync(generation, observation, ending.Token))
            {
                batch.Fill(generation.Events, observation);
                yield return batch;
            }

            observation.Complete();
        }
        finally
        {
            generation.Cancel();
            await UntilOverAsync(generation);
        }
    }

    /// <summary>Counts the tokens of texts, each by itself, and of a chat.</summary>
    /// <exception cref="MillraceException">There is no such model, or there are too many or too long texts.</exception>
    public async Task<TokenCounts> CountAsync(
        string name, IReadOnlyList<string> texts, ChatPrompt? chat, CancellationToken cancellationToken)
    {
        if (texts.Count > CountedTextsMax)
            throw MillraceException.InvalidArgument("texts", $"There are {texts.Count} texts; send at most {CountedTextsMax}.");
        for (var i = 0; i < texts.Count; i++) CheckLength(texts[i], $"texts[{i}]");
        using var lease = await models.LeaseAsync(name, cancellationToken);
        var model = lease.Model;
        return new TokenCounts(
            [.. texts.Select(model.Tokenizer.Count)],
            chat is null ? 0 : model.Tokenizer.Tokenize(chat).Count,
            model.Engine.ContextTokens);
    }

    /// <summary>The tokens of a text.</summary>
    /// <exception cref="MillraceException">There is no such model, or the text is too long.</exception>
    public async Task<IReadOnlyList<int>> TokenizeAsync(TokenizeCommand command, CancellationToken cancellationToken)
    {
        CheckLength(command.Text, "text");
        using var lease = await models.LeaseAsync(command.Model, cancellationToken);
        return lease.Model.Tokenizer.Tokenize(command.Text, command.AddSpecial, command.ParseSpecial);
    }

    /// <summary>The text of tokens.</summary>
    /// <exception cref="MillraceException">There is no such model, or an id is not of its vocabulary.</exception>
    public async Task<string> DetokenizeAsync(string name, IReadOnlyList<int> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > TextCharsMax)
            throw MillraceException.InvalidArgument("ids", $"There are {ids.Count} ids; send at most {TextCharsMax}.");
        using var lease = await models.LeaseAsync(name, cancellationToken);
        return lease.Model.Tokenizer.Detokenize(ids);
    }

    private static void CheckLength(string text, string field)
    {
        if (text.Length > TextCharsMax)
            throw MillraceException.InvalidArgument(field, $"{field} has {text.Length} characters; at most {TextCharsMax} are taken.");
    }

    private async Task<ModelLease> LeaseAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await models.LeaseAsync(name, cancellationToken);
        }
        catch (OperationCanceledException) when (gate.Evicted.IsCancellationRequested)
        {
            throw EngineRefusals.Stopped();
        }
    }

    private Generation Submit(GenerateCommand command, ModelLease lease, GenerationObservation observation)
    {
        try
        {
            return lease.Model.Engine.Submit(_rules.Check(command, lease.Model) with { Adapter = lease.AdapterId });
        }
        catch (MillraceException error)
        {
            observation.Fail(error.Reason);
            throw;
        }
    }

    private async Task<bool> HasMoreAsync(Generation generation, GenerationObservation observation, CancellationToken cancellationToken)
    {
        try
        {
            return await generation.Events.WaitToReadAsync(cancellationToken);
        }
        catch (Exception error) when (gate.Evicted.IsCancellationRequested && IsCancellation(error))
        {
            observation.Fail(Reason.Draining);
            throw EngineRefusals.Stopped();
        }
        catch (MillraceException error)
        {
            observation.Fail(error.Reason);
            throw;
        }
    }

    /// <summary>The engine may compute one more step of a generation that was cancelled: until then it needs its adapter.</summary>
    private static async Task UntilOverAsync(Generation generation)
    {
        try
        {
            while (await generation.Events.WaitToReadAsync(CancellationToken.None))
                while (generation.Events.TryRead(out _))
                {
                }
        }
        catch (MillraceException)
        {
            // How it ended has been told, or nobody listens.
        }
    }

    private static bool IsCancellation(Exception error) =>
        error is OperationCanceledException or MillraceException { Reason: Reason.Cancelled };
}

/// <summary>A request for the tokens of a text.</summary>
/// <param name="Model">Name of the model; empty for the default model.</param>
/// <param name="Text">The text.</param>
/// <param name="ParseSpecial">Whether control tokens spelled in the text are read as such.</param>
/// <param name="AddSpecial">Whether the tokens that the model expects around a text are added.</param>
internal sealed record TokenizeCommand(string Model, string Text, bool ParseSpecial, bool AddSpecial);

/// <summary>Token counts.</summary>
/// <param name="Texts">One per text.</param>
/// <param name="Chat">Of the chat; 0 when there was none.</param>
/// <param name="ContextTokens">Tokens of one request, prompt and answer together.</param>
internal sealed record TokenCounts(IReadOnlyList<int> Texts, int Chat, int ContextTokens);
