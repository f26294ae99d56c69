using Millrace.Cli.Catalog;
using Millrace.TestShared;

namespace Millrace.Cli.Tests.Catalog;

public sealed class ProgressLineTests
{
    private const long Mebibyte = 1024 * 1024;

    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Report_ManyInASecond_PrintsOneLineASecondAndTheLast()
    {
        var line = new ProgressLine(_output, _time);

        for (var i = 1; i <= 20; i++)
        {
            line.Report(new DownloadProgress(i * 5 * Mebibyte, 100 * Mebibyte));
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal("  5 of 100 MiB (5%)\n  55 of 100 MiB (55%)\n  100 of 100 MiB (100%)\n", _output.ToString());
    }

    [Fact]
    public void Report_UnknownTotal_PrintsWhatCame()
    {
        new ProgressLine(_output, _time).Report(new DownloadProgress(3 * Mebibyte, null));

        Assert.Equal("  3 MiB\n", _output.ToString());
    }
}
