using System.Numerics.Tensors;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Models;

/// <summary>Turns texts into unit vectors.</summary>
internal sealed class Embedder(EncoderCatalog catalog)
{
    private const int InputsMax = 2048;

    /// <summary>Embeds texts.</summary>
    /// <exception cref="MillraceException">A text is empty or too long, or the dimension is not one of the model's.</exception>
    public async Task<Embeddings> EmbedAsync(EmbedCommand command, CancellationToken cancellationToken)
    {
        TextRules.Count("inputs", command.Inputs.Count, InputsMax);
        var encoder = catalog.Find(command.Model, EncoderTask.Embed);
        CheckDimension(command.Dimension, encoder);
        var prefixes = catalog.PrefixesOf(encoder);
        var prefix = command.AreQueries ? prefixes.Query : prefixes.Passage;

        var tokens = new LlamaToken[command.Inputs.Count][];
        for (var i = 0; i < tokens.Length; i++)
        {
            var param = $"inputs[{i}]";
            TextRules.NotEmpty(param, command.Inputs[i]);
            tokens[i] = Fit(encoder, encoder.Vocab.Tokenize(prefix + command.Inputs[i], addSpecial: true), param, command.Truncate);
        }

        var vectors = await encoder.Engine.EncodeAsync(tokens, cancellationToken);
        foreach (var vector in vectors) Normalise(vector);
        return new Embeddings(encoder.Name, encoder.Dimension, vectors, [.. tokens.Select(text => text.Length)]);
    }

    /// <summary>Token counts of texts, the tokens included that the model adds around each.</summary>
    public int[] CountTokens(string model, IReadOnlyList<string> inputs)
    {
        if (inputs.Count > 0) TextRules.Count("inputs", inputs.Count, InputsMax);
        var encoder = catalog.FindAny(model);
        return [.. inputs.Select(text => encoder.Vocab.CountTokens(text, addSpecial: true))];
    }

    private static void CheckDimension(int dimension, Encoder encoder)
    {
        if (dimension == 0 || dimension == encoder.Dimension) return;
        throw MillraceException.InvalidArgument(
            "dimension", $"{encoder.Name} makes vectors of {encoder.Dimension} dimensions and was not trained to be shortened. "
                + $"Ask for {encoder.Dimension} or none.");
    }

    private static LlamaToken[] Fit(Encoder encoder, LlamaToken[] tokens, string param, bool truncate)
    {
        var max = encoder.Engine.TextTokensMax;
        if (tokens.Length <= max) return tokens;
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
        return cut;
    }

    private static void Normalise(float[] vector)
    {
        var norm = TensorPrimitives.Norm(vector);
        if (norm > 0) TensorPrimitives.Divide(vector, norm, vector);
    }
}
