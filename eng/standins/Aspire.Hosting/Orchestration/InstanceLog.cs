using System.Text.RegularExpressions;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>Where the output of one instance goes: its file always, the console where asked.</summary>
internal sealed partial class InstanceLog(OrchestratorOptions options, string name) : IDisposable
{
    // Cyan, green, yellow, magenta, blue and their bright forms: neither red, which means trouble, nor grey.
    private static readonly int[] Colours = [36, 32, 33, 35, 34, 96, 92, 93, 95, 94];

    private readonly LogFile _file = new(options.LogsFolder, name, options.LogBytesMax);
    private readonly string _prefix = Console.IsOutputRedirected
        ? $"[{name}] "
        : $"\u001b[{Colours[StableHash(name) % Colours.Length]}m[{name}]\u001b[0m ";

    public void WriteLine(string line)
    {
        _file.WriteLine(Colourless(line));
        if (options.ConsoleLogs) Console.Out.WriteLine($"{_prefix}{line}");
    }

    /// <summary>The line as it is read where there are no colours.</summary>
    public static string Colourless(string line) => ColourCode().Replace(line, "");

    public void Dispose() => _file.Dispose();

    // Children are told to write colours even into a pipe; a file is for reading without them.
    [GeneratedRegex(@"\u001b\[[0-9;]*m")]
    private static partial Regex ColourCode();

    // The same resource has the same colour in every run, which string.GetHashCode would not give.
    private static int StableHash(string text) => text.Aggregate(17, (hash, c) => (hash * 31 + c) & 0xFFFF);
}
