namespace Millrace.Inference.Models;

/// <summary>A model as requests name it: <c>model</c> or <c>model:adapter</c>.</summary>
/// <param name="Model">Name of the model; empty for the default model.</param>
/// <param name="Adapter">Name of the adapter; empty for none.</param>
internal readonly record struct ModelName(string Model, string Adapter)
{
    private const char Separator = ':';

    /// <summary>Reads a name.</summary>
    public static ModelName Parse(string name)
    {
        var separator = name.IndexOf(Separator, StringComparison.Ordinal);
        return separator < 0 ? new(name, "") : new(name[..separator], name[(separator + 1)..]);
    }

    /// <summary>The name of an adapter as requests give it.</summary>
    public static string Of(string model, string adapter) => $"{model}{Separator}{adapter}";
}
