using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Models.Adapters;

/// <summary>Names and files of LoRA adapters: all files are in one folder, and no name leads out of it.</summary>
internal static class AdapterFiles
{
    /// <summary>Name of the folder within the models folder.</summary>
    public const string FolderName = "adapters";

    private const int NameCharsMax = 64;
    private const int FileCharsMax = 255;
    private const float ScaleMax = 10;
    private const string Extension = ".gguf";

    /// <summary>What is wrong with an adapter's name; null when nothing is.</summary>
    public static string? NameProblem(string name) =>
        name.Length is > 0 and <= NameCharsMax && name.All(IsNameChar)
            ? null
            : $"An adapter's name has 1 to {NameCharsMax} characters: letters, digits, '_', '-' and '.'.";

    /// <summary>What is wrong with the name of an adapter's file; null when nothing is.</summary>
    public static string? FileProblem(string file)
    {
        var isPlain = file.Length is > 0 and <= FileCharsMax && file[0] != '.' && file.IndexOfAny(['/', '\\', ':', '\0']) < 0;
        return isPlain && file.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"An adapter's file is named without folders and ends in {Extension}; put it into the models folder's '{FolderName}'.";
    }

    /// <summary>What is wrong with an adapter's strength; null when nothing is.</summary>
    public static string? ScaleProblem(float scale) =>
        scale is > 0 and <= ScaleMax ? null : $"An adapter's scale must be above 0 and at most {ScaleMax}.";

    /// <summary>The path of an adapter's file.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>: it is not in the folder.</exception>
    public static string Resolve(string modelsFolder, string file)
    {
        if (FileProblem(file) is { } problem) throw MillraceException.InvalidArgument("file", problem);
        var folder = Path.Combine(modelsFolder, FolderName);
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
            throw MillraceException.InvalidArgument("file", $"There is no file '{file}' in {folder}: put the adapter there.");
        if (File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target && !IsWithin(folder, target.FullName))
            throw MillraceException.InvalidArgument("file", $"'{file}' is a link that leads out of {folder}: copy the adapter there.");
        return path;
    }

    private static bool IsWithin(string folder, string path) =>
        Path.GetFullPath(path).StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static bool IsNameChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';
}
