namespace Millrace.Bench.Harness;

/// <summary>One thing that is measured.</summary>
internal interface IBench
{
    /// <summary>Name, as the command line gives it.</summary>
    string Name { get; }

    /// <summary>What it measures, in a line.</summary>
    string Summary { get; }

    /// <summary>Measures.</summary>
    /// <exception cref="BenchException">Something that it needs is missing, or gave wrong results.</exception>
    Task RunAsync(BenchRun run, CancellationToken cancellationToken);
}

/// <summary>A measurement cannot be made, or what was measured did wrong work; the message says what to do.</summary>
internal sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
