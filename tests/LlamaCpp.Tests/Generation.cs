using System.Numerics.Tensors;
using System.Text;

namespace Millrace.LlamaCpp.Tests;

/// <summary>The smallest greedy generation loop on the binding.</summary>
internal static class Generation
{
    public static readonly LlamaSequenceId First = new(0);

    /// <summary>Adds a prompt to the batch from position <paramref name="from"/>; the last token asks for logits.</summary>
    public static int AddPrompt(this LlamaBatch batch, ReadOnlySpan<LlamaToken> tokens, LlamaSequenceId sequence, int from = 0)
    {
        var last = -1;
        for (var i = 0; i < tokens.Length; i++) last = batch.Add(tokens[i], from + i, sequence, output: i == tokens.Length - 1);
        return last;
    }

    public static LlamaToken Best(this LlamaContext context, int batchIndex) =>
        new(TensorPrimitives.IndexOfMax(context.GetLogits(batchIndex)));

    /// <summary>Generates greedily until the model ends its turn.</summary>
    public static string Greedy(LlamaContext context, string prompt, int tokensMax = 120)
    {
        context.Memory!.Clear();
        var vocab = context.Model.Vocab;
        var batch = new LlamaBatch(context.BatchTokensMax);
        var tokens = vocab.Tokenize(prompt, parseSpecial: true);
        var index = batch.AddPrompt(tokens, First);
        var output = new List<byte>();
        for (var position = tokens.Length; position < tokens.Length + tokensMax; position++)
        {
            Assert.Equal(DecodeResult.Ok, context.Decode(batch));
            var token = context.Best(index);
            if (vocab.IsEndOfGeneration(token)) break;
            output.AddRange(vocab.GetPiece(token));
            batch.Clear();
            index = batch.Add(token, position, First, output: true);
        }

        return Encoding.UTF8.GetString([.. output]);
    }
}
