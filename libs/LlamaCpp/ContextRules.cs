namespace Millrace.LlamaCpp;

/// <summary>Checks context options before the library sees them; all complaints at once.</summary>
internal static class ContextRules
{
    /// <summary>Most threads of a computation that the library takes.</summary>
    internal const int ThreadsMax = 512;

    private const int TokensMax = 1 << 24;

    /// <summary>Throws when an option is out of range.</summary>
    public static void Check(LlamaContextOptions options, int sequencesMax)
    {
        var complaints = Complaints(options, sequencesMax).ToArray();
        if (complaints.Length > 0) throw new ArgumentException(string.Join("; ", complaints), nameof(options));
    }

    private static IEnumerable<string> Complaints(LlamaContextOptions options, int sequencesMax) =>
    [
        .. Range(nameof(options.ContextTokens), options.ContextTokens, 0, TokensMax),
        .. Range(nameof(options.BatchTokensMax), options.BatchTokensMax, 1, TokensMax),
        .. Range(nameof(options.MicroBatchTokensMax), options.MicroBatchTokensMax, 1, TokensMax),
        .. Range(nameof(options.SequencesMax), options.SequencesMax, 1, sequencesMax),
        .. Range(nameof(options.Threads), options.Threads, 1, ThreadsMax),
        .. Range(nameof(options.BatchThreads), options.BatchThreads, 1, ThreadsMax),
    ];

    private static IEnumerable<string> Range(string name, int value, int least, int most) =>
        value >= least && value <= most ? [] : [$"{name} is {value} and must be from {least} to {most}"];
}
