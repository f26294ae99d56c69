namespace Millrace.Cli.Catalog;

/// <summary><c>pull NAME</c>: makes a catalogue model a file on this machine.</summary>
internal static class PullCommand
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var model = ModelCatalog.Load(arguments.Require("--catalog")).Find(arguments.Value("NAME"));
        if (model.Url is not { } url)
        {
            await output.WriteLineAsync($"{model.Name} is built in.");
            return 0;
        }

        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var download = new ModelDownload(http, TimeProvider.System, new ProgressLine(output, TimeProvider.System));
        var path = Path.Combine(arguments.Require("--folder"), model.Name + ".gguf");
        await download.RunAsync(new DownloadRequest(new Uri(url), path, model.Sha256, model.SizeBytes), cancellationToken);
        await output.WriteLineAsync(Path.GetFullPath(path));
        return 0;
    }
}
