namespace Millrace.Bench.Harness;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    private const string OnlyPrefix = "--only=";
    private const string VectorsPrefix = "--vectors=";

    /// <summary>Name of what to measure, or <c>all</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether to list what there is.</summary>
    public bool List { get; init; }

    /// <summary>Small and short: for tests.</summary>
    public bool Quick { get; init; }

    /// <summary>A large model and many streams.</summary>
    public bool Gpu { get; init; }

    /// <summary>Whether other programs are measured as well.</summary>
    public bool Peers { get; init; } = true;

    /// <summary>Part of the names of the cases to measure; empty for all.</summary>
    public string Only { get; init; } = "";

    /// <summary>A file of vectors to measure with instead of generated ones; empty for those.</summary>
    public string Vectors { get; init; } = "";

    /// <summary>
    /// Threads that compute, on every side of a comparison: one per core but one, as the service has by default, because ggml's threads
    /// spin at barriers and its clients need a core as well.
    /// </summary>
    public static int Threads { get; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Reads the arguments; null when they make no sense.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new BenchOptions();
        foreach (var arg in args)
        {
            if (Apply(options, arg) is not { } next) return null;
            options = next;
        }

        return options.List || options.Name.Length > 0 ? options : null;
    }

    private static BenchOptions? Apply(BenchOptions options, string arg) => arg switch
    {
        "--list" => options with { List = true },
        "--quick" => options with { Quick = true, Peers = false },
        "--gpu" => options with { Gpu = true },
        "--no-peers" => options with { Peers = false },
        _ when arg.StartsWith(OnlyPrefix, StringComparison.Ordinal) => options with { Only = arg[OnlyPrefix.Length..] },
        _ when arg.StartsWith(VectorsPrefix, StringComparison.Ordinal) => options with { Vectors = arg[VectorsPrefix.Length..] },
        _ when arg.StartsWith('-') || options.Name.Length > 0 => null,
        _ => options with { Name = arg },
    };
}
