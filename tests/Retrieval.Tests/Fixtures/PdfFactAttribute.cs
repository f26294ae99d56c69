namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>A test that needs the program that reads PDF; skipped, by name, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PdfFactAttribute : FactAttribute
{
    public PdfFactAttribute()
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "pdftotext")))) Skip = "pdftotext is not installed (poppler-utils)";
    }
}
