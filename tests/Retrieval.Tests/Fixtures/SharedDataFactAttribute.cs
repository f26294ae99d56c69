using Millrace.TestShared;

namespace Millrace.Retrieval.Tests.Fixtures;

/// <summary>A test over public data that lies beside the repository; skipped, by name, where it does not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string path)
    {
        if (RepoPaths.SharedData is not { } folder || !File.Exists(Path.Combine(folder, path))) Skip = $"../shared/data/{path} is missing";
    }
}
