using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models.Adapters;

/// <summary>What callers are told about adapters.</summary>
internal static class AdapterRefusals
{
    private const int ShownCharsMax = 100;

    /// <summary>There is no adapter of this name.</summary>
    public static MillraceException Unknown(string model, string name, IEnumerable<string> known)
    {
        var names = string.Join(", ", known);
        var has = names.Length > 0 ? $"It has: {names}." : "It has none.";
        var shown = name.Length <= ShownCharsMax ? name : name[..ShownCharsMax] + "…";
        return new MillraceException(
            Reason.ModelNotFound, $"The model '{model}' has no adapter '{shown}'. {has} Load it first, or use the model without adapter.")
        {
            Param = "model",
        };
    }

    /// <summary>The file is no adapter of this model.</summary>
    public static MillraceException Unfit(Exception cause) =>
        new(Reason.InvalidArgument, cause.Message, cause) { Param = "file" };
}
