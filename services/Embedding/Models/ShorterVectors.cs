using System.Numerics.Tensors;
using Millrace.LlamaCpp;
using Millrace.LlamaCpp.Gguf;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Embedding.Models;

/// <summary>
/// Vectors that are cut to their beginning, for models whose training made each of some beginnings a good vector by itself.
/// </summary>
internal static class ShorterVectors
{
    private const string MetadataKey = "matryoshka_dimensions";

    /// <summary>The lengths that a model was trained for: what the operator says, else what its file says.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="configured">What the operator says, by model name.</param>
    /// <returns>The lengths, ascending, shorter than the model's own.</returns>
    /// <exception cref="LlamaException">A length is not shorter than the model's own; the message names the setting.</exception>
    public static IReadOnlyList<int> Of(string name, LlamaModel model, IDictionary<string, int[]> configured)
    {
        var own = model.Metadata.EmbeddingOutputLength;
        var lengths = configured.TryGetValue(name, out var asked)
            ? asked
            : FromFile(model).Where(length => length > 0 && length < own);
        int[] ascending = [.. lengths.Distinct().Order()];
        if (ascending is [.., var longest] && longest >= own)
            throw new LlamaException(
                LlamaFailure.LoadFailed,
                $"{model.Path} makes vectors of {own} dimensions; remove {longest} from "
                    + $"Embedding:{nameof(EncoderOptions.ShorterDimensions)}:{name}");
        return ascending;
    }

    /// <summary>Checks that a model's vectors may have a length.</summary>
    /// <param name="dimension">The length; 0 for the model's own.</param>
    /// <param name="encoder">The model.</param>
    /// <exception cref="MillraceException">They may not.</exception>
    public static void Check(int dimension, Encoder encoder)
    {
        if (dimension == 0 || dimension == encoder.Dimension || encoder.ShorterDimensions.Contains(dimension)) return;
        var allowed = encoder.ShorterDimensions.Count == 0
            ? $"was not trained to be shortened. Ask for {encoder.Dimension} or none."
            : $"can be shortened to {string.Join(", ", encoder.ShorterDimensions)}. Ask for one of them, {encoder.Dimension} or none.";
        throw MillraceException.InvalidArgument(
            "dimension", $"{encoder.Name} makes vectors of {encoder.Dimension} dimensions and {allowed}");
    }

    /// <summary>The beginning of a vector, of length 1 again. The vector itself, which may be shared, stays as it is.</summary>
    public static float[] Cut(float[] vector, int dimension)
    {
        if (dimension == 0 || dimension == vector.Length) return vector;
        var cut = vector[..dimension];
        var norm = TensorPrimitives.Norm<float>(cut);
        if (norm > 0) TensorPrimitives.Divide(cut, norm, cut);
        return cut;
    }

    private static IEnumerable<int> FromFile(LlamaModel model) =>
        GgufHeader.Read(model.Path).Metadata.Numbers($"{model.Metadata.Architecture}.{MetadataKey}").Select(length => (int)length);
}
