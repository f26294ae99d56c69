using Microsoft.Extensions.Options;
using Millrace.Embedding.Caching;
using Millrace.Embedding.Engine;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Models;

/// <summary>Turns texts into unit vectors.</summary>
internal sealed class Embedder(EncoderCatalog catalog, VectorSource vectors, EncoderMetrics metrics, IOptions<EncoderOptions> options)
{
    private const int InputsMax = 2048;

    /// <summary>Embeds texts.</summary>
    /// <exception cref="MillraceException">A text is empty or too long, or the dimension is not one of the model's.</exception>
    public async Task<Embeddings> EmbedAsync(EmbedCommand command, CancellationToken cancellationToken)
    {
        TextRules.Count("inputs", command.Inputs.Count, InputsMax);
        var encoder = catalog.Find(command.Model, EncoderTask.Embed);
        ShorterVectors.Check(command.Dimension, encoder);
        var wanted = Begin(command, encoder, cancellationToken);
        var embedded = await AwaitAsync(wanted, cancellationToken);
        return new Embeddings(
            encoder.Name,
            command.Dimension > 0 ? command.Dimension : encoder.Dimension,
            [.. embedded.Select(text => ShorterVectors.Cut(text.Vector, command.Dimension))],
            [.. embedded.Select(text => text.TokenCount)]);
    }

    /// <summary>The tokenizer of a model, for those who count its tokens themselves.</summary>
    /// <exception cref="MillraceException">There is no such model, or its tokenizer is not WordPiece.</exception>
    public (Encoder Encoder, WordPieceVocabulary Vocabulary) TokenizerOf(string model)
    {
        var encoder = catalog.FindAny(model);
        return (encoder, WordPieceVocabulary.Of(encoder));
    }

    /// <summary>Token counts of texts, the tokens included that the model adds around each.</summary>
    public int[] CountTokens(string model, IReadOnlyList<string> inputs)
    {
        if (inputs.Count > 0) TextRules.Count("inputs", inputs.Count, InputsMax);
        var encoder = catalog.FindAny(model);
        return [.. inputs.Select(text => encoder.Vocab.CountTokens(text, addSpecial: true))];
    }

    /// <summary>
    /// Finds what is kept, reads the rest into tokens, and puts in line what nobody else has. Every text is read before the first one is
    /// wanted: a text that is refused then leaves nothing behind that others would wait for.
    /// </summary>
    private WantedVector[] Begin(EmbedCommand command, Encoder encoder, CancellationToken cancellationToken)
    {
        using var arrival = encoder.Engine.Arrive(command.IsLater);
        var prefix = PrefixOf(command, encoder);
        var tenant = options.Value.Cache.PerTenant ? CallContext.Current.Tenant : "";
        var scope = new KeyScope(tenant, encoder.Name, encoder.Engine.Pooling.ToString(), prefix);
        var wanted = new WantedVector[command.Inputs.Count];
        var read = new (VectorKey Key, ReadText? Text)[wanted.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TextRules.NotEmpty($"inputs[{i}]", command.Inputs[i]);
            var key = scope.KeyOf(command.Inputs[i]);
            if (vectors.Find(key) is { } kept && (command.Truncate || !kept.IsCut)) wanted[i] = new(null, Task.FromResult(kept), false);
            else read[i] = (key, Read(encoder, prefix + command.Inputs[i], $"inputs[{i}]", command.Truncate));
        }

        for (var i = 0; i < wanted.Length; i++)
            if (read[i].Text is { } text)
                wanted[i] = vectors.Want(read[i].Key, text, command.IsLater);
        Submit(wanted, encoder);
        if (!command.IsLater) Hurry(wanted, encoder);
        Measure(wanted, encoder);
        return wanted;
    }

    private string PrefixOf(EmbedCommand command, Encoder encoder)
    {
        var prefixes = catalog.PrefixesOf(encoder);
        return command.AreQueries ? prefixes.Query : prefixes.Passage;
    }

    private static void Submit(WantedVector[] wanted, Encoder encoder)
    {
        EncodeJob[] jobs = [.. wanted.Where(text => text.IsNew).Select(text => text.Job!)];
        if (jobs.Length == 0) return;
        try
        {
            encoder.Engine.Submit(jobs);
        }
        catch (MillraceException refusal)
        {
            // Others may have joined in the meantime, and they are refused with this call.
            foreach (var job in jobs) job.Result.TrySetException(refusal);
            Leave(wanted);
            throw;
        }
    }

    /// <summary>What this caller shares with calls that nobody waits for is waited for now.</summary>
    private static void Hurry(WantedVector[] wanted, Encoder encoder)
    {
        foreach (var text in wanted)
            if (text is { IsNew: false, Job: { } job }) encoder.Engine.Hurry(job);
    }

    private static async Task<TextVector[]> AwaitAsync(WantedVector[] wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.WhenAll(wanted.Select(text => text.Vector)).WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(wanted);
            throw;
        }
    }

    private static void Leave(WantedVector[] wanted)
    {
        foreach (var text in wanted) text.Job?.Leave();
    }

    private void Measure(WantedVector[] wanted, Encoder encoder)
    {
        metrics.LookedUp(encoder.Name, "hit", wanted.Count(text => text.Job is null));
        metrics.LookedUp(encoder.Name, "shared", wanted.Count(text => text is { Job: not null, IsNew: false }));
        metrics.LookedUp(encoder.Name, EncoderMetrics.Miss, wanted.Count(text => text.IsNew));
    }

    private static ReadText Read(Encoder encoder, string text, string param, bool truncate)
    {
        var tokens = encoder.Vocab.Tokenize(text, addSpecial: true);
        var max = encoder.Engine.TextTokensMax;
        if (tokens.Length <= max) return new ReadText(tokens, IsCut: false);
        if (!truncate)
            throw new MillraceException(
                Reason.ContextLengthExceeded,
                $"{param} has {tokens.Length} tokens; {encoder.Name} reads at most {max}. Split it, or ask for truncation.")
            {
                Param = param,
            };

        // The last token closes the text; it stays behind what is left of it.
        LlamaToken[] cut = [.. tokens.AsSpan(0, max)];
        cut[^1] = tokens[^1];
        return new ReadText(cut, IsCut: true);
    }
}
