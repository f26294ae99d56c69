using System.Text;

namespace Aspire.Hosting.Processes;

/// <summary>
/// The output of one instance: appended to <c>NAME.log</c>, which becomes <c>NAME.1.log</c> when it is full, so that two files bound what
/// one instance keeps.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _bytesMax;
    private StreamWriter _writer;
    private long _bytes;

    public LogFile(string folder, string name, long bytesMax)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, $"{name}.log");
        _bytesMax = bytesMax;
        _writer = Open();
    }

    /// <summary>Appends a line; one that the disk does not take is lost, because a full disk must not stop the service.</summary>
    public void WriteLine(string line)
    {
        lock (_gate)
        {
            try
            {
                Append(line);
            }
            catch (IOException)
            {
            }
        }
    }

    public void Dispose()
    {
        lock (_gate) _writer.Dispose();
    }

    private void Append(string line)
    {
        if (_bytes >= _bytesMax) Rotate();
        _writer.WriteLine(line);
        _bytes += Encoding.UTF8.GetByteCount(line) + 1;
    }

    private void Rotate()
    {
        _writer.Dispose();
        File.Move(_path, Path.ChangeExtension(_path, ".1.log"), overwrite: true);
        _writer = Open();
    }

    private StreamWriter Open()
    {
        var stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _bytes = stream.Length;
        return new StreamWriter(stream) { AutoFlush = true };
    }
}
