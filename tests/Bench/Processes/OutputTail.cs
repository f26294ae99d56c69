using System.Diagnostics;

namespace Millrace.Bench.Processes;

/// <summary>The last lines that a process wrote, for the message when it fails.</summary>
internal sealed class OutputTail
{
    private const int LinesMax = 20;

    private readonly Queue<string> _lines = new();

    /// <summary>Reads a process's output until it ends.</summary>
    public OutputTail(Process process)
    {
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_lines) return string.Join('\n', _lines);
    }

    private void Add(string? line)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax) _lines.Dequeue();
        }
    }
}
