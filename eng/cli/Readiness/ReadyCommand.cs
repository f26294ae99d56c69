using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Millrace.Cli.Readiness;

/// <summary><c>ready</c>: waits until the edge is healthy, which it is when everything behind it is,
/// and says how to use the system.</summary>
internal static class ReadyCommand
{
    private const string Authorization = " -H \"authorization: Bearer $OPENAI_API_KEY\"";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var url = arguments.Url("--url");
        var host = FindProcess(arguments.Number("--pid", 0));
        var started = Stopwatch.GetTimestamp();
        var limit = TimeSpan.FromSeconds(arguments.Number("--timeout", 180));
        var nextLine = ProgressInterval;

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var timer = new PeriodicTimer(PollInterval);
        while (!await IsHealthyAsync(http, url, cancellationToken))
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (host is { HasExited: true }) throw new CommandException("The system stopped before it was ready; the lines above say why.");
            if (elapsed > limit) throw new CommandException($"Not ready after {limit.TotalSeconds:F0} s. The logs are in .millrace/logs.");
            if (elapsed > nextLine)
            {
                await output.WriteLineAsync(
                    $"  waiting for the services ({elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s)");
                nextLine += ProgressInterval;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }

        await output.WriteLineAsync(Banner(url, arguments));
        return 0;
    }

    private static Process? FindProcess(int pid)
    {
        try
        {
            return pid == 0 ? null : Process.GetProcessById(pid);
        }
        catch (ArgumentException)
        {
            throw new CommandException("The system stopped before it was ready; the lines above say why.");
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(url, "/health"), cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static string Telemetry()
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } endpoint) return $"sent to {endpoint}";
        return Environment.GetEnvironmentVariable("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL") is { Length: > 0 }
            ? "the Aspire dashboard; its address is in the lines above"
            : "off; set OTEL_EXPORTER_OTLP_ENDPOINT to an OTLP collector to get traces and metrics";
    }

    private static string Banner(Uri url, Arguments arguments)
    {
        var authority = url.GetLeftPart(UriPartial.Authority);
        return $$"""

            Millrace is ready at {{authority}}

            Ask a question about the sample documents:
            {{Export(arguments)}}
              curl -N {{authority}}/v1/chat/completions \
                -H 'content-type: application/json'{{(arguments.Has("--with-keys") ? Authorization : "")}} \
                -d '{"model": "docs-assistant", "stream": true,
                     "messages": [{"role": "user", "content": "How many days do I have to return an item?"}]}'

            Ask all of them:  ./run eval
            Keys:             {{Keys(arguments)}}
            Logs:             .millrace/logs, one file for each service
            Telemetry:        {{Telemetry()}}
            Stop:             Ctrl-C
            """;
    }

    // The new key itself is shown once, here; afterwards only the file that keeps it is named.
    private static string Export(Arguments arguments)
    {
        if (arguments.Find("--new-key-file") is { } made) return $"\n  export OPENAI_API_KEY={File.ReadAllText(made).Trim()}";
        return arguments.Find("--key-file") is { } file && File.Exists(file) ? $"\n  export OPENAI_API_KEY=$(cat {file})" : "";
    }

    private static string Keys(Arguments arguments) => arguments.Has("--with-keys")
        ? "./run keys list, ./run keys create --name NAME"
        : "none are asked for; only this machine is served";
}
