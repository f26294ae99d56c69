using Millrace.ApiKeys;

namespace Millrace.Cli.Keys;

/// <summary>The key that the first start makes: it may do everything, and a file that only its owner may read keeps it.</summary>
internal static class DevelopmentKey
{
    private const string Variable = "MILLRACE_API_KEY";
    private const string ClientVariable = "OPENAI_API_KEY";

    /// <summary>Makes the key and its file when there are no keys at all.</summary>
    /// <returns>Whether it was made.</returns>
    public static bool Ensure(FileKeyStore store, string file, TimeProvider time)
    {
        if (store.Stamp() is not null) return false;
        var (key, text) = new KeyDraft { Name = "development" }.Create(time.GetUtcNow());
        WriteOwnerOnly(file, text);
        store.Change(keys => [.. keys, key]);
        return true;
    }

    /// <summary>
    /// The key to ask with: the one that <c>MILLRACE_API_KEY</c> holds, else the development key, else what an OpenAI client would take.
    /// </summary>
    public static string? Find(string? file)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } own) return own;
        if (file is not null && File.Exists(file)) return File.ReadAllText(file).Trim();
        return Environment.GetEnvironmentVariable(ClientVariable) is { Length: > 0 } client ? client : null;
    }

    private static void WriteOwnerOnly(string file, string text)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.WriteLine(text);
    }
}
