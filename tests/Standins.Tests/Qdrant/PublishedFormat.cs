using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Millrace.TestShared;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Qdrant's own wire format, from the descriptors that its JavaScript client carries.</summary>
internal static partial class PublishedFormat
{
    /// <summary>The fetched folder, or null where nothing was fetched.</summary>
    public static string? Folder { get; } = FindFolder();

    public static IReadOnlyList<FileDescriptorProto> Read(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*_pb.js").Select(file => Parse(File.ReadAllText(file)))];

    private static FileDescriptorProto Parse(string module)
    {
        // The modules leave out the padding.
        var text = DescriptorPattern().Match(module).Groups[1].Value;
        return FileDescriptorProto.Parser.ParseFrom(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
    }

    private static string? FindFolder()
    {
        var versions = Path.Combine(RepoPaths.Root, ".millrace", "protos", "qdrant");
        return Directory.Exists(versions) ? Directory.EnumerateDirectories(versions).Order(StringComparer.Ordinal).LastOrDefault() : null;
    }

    [GeneratedRegex("""fileDesc\("([A-Za-z0-9+/=]+)""")]
    private static partial Regex DescriptorPattern();
}

/// <summary>A test that needs Qdrant's published wire format, and is skipped by name where it was not fetched.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PublishedFormatFactAttribute : FactAttribute
{
    public PublishedFormatFactAttribute()
    {
        if (PublishedFormat.Folder is null) Skip = "Qdrant's wire format was not fetched: eng/qdrant-protos.sh";
    }
}
