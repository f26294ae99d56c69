using System.Globalization;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Calls;
using Yarp.ReverseProxy.Model;

namespace Millrace.Edge.Limits;

/// <summary>
/// Learns how many tokens an answer took, without reading it. A whole answer says so in a header; of a stream it is known when its headers
/// have long gone and the server sends no trailers over HTTP/1.1, so that the gateway that streamed it is asked when it has ended.
/// </summary>
internal sealed class TokenUsage(IOptions<EdgeOptions> options, ILogger<TokenUsage> logger) : IDisposable
{
    private readonly HttpClient _client = new() { Timeout = options.Value.HealthTimeout, MaxResponseContentBufferSize = 1024 };

    /// <summary>Asks the gateway to report the tokens of a request.</summary>
    public static void Ask(HttpContext context)
    {
        // Not the request's id, which a client may choose: nobody else's answer is to be found under this one.
        var question = new Question(Guid.NewGuid().ToString("n"));
        context.Features.Set(question);
        context.Request.Headers[UsageHeaders.Ask] = question.Id;
    }

    /// <summary>Takes the report out of an answer's headers: it is the platform's own. Called when they are sent.</summary>
    public static void TakeReport(HttpContext context)
    {
        var reported = context.Response.Headers[UsageHeaders.Tokens];
        if (reported.Count == 0) return;
        context.Response.Headers.Remove(UsageHeaders.Tokens);
        if (int.TryParse(reported.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var tokens))
            context.Features.Set(new Report(tokens));
    }

    /// <summary>The tokens of a request that has ended.</summary>
    /// <returns>Null when they are not known.</returns>
    public async ValueTask<int?> FindAsync(HttpContext context)
    {
        if (context.Features.Get<Report>() is { } report) return report.Tokens;

        // A client that left early gets no tokens back: the work may have been done.
        if (context.RequestAborted.IsCancellationRequested) return null;
        var gateway = context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.Model.Config.Address;
        if (gateway is null || !IsStream(context.Response) || context.Features.Get<Question>() is not { } question) return 0;
        return await AskGatewayAsync(new Uri(new Uri(gateway), $"{UsageHeaders.Path}/{question.Id}"));
    }

    public void Dispose() => _client.Dispose();

    private static bool IsStream(HttpResponse response) =>
        response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) is true;

    private async Task<int?> AskGatewayAsync(Uri address)
    {
        try
        {
            var text = await _client.GetStringAsync(address);
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) ? tokens : null;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            EdgeLog.UsageUnknown(logger, error.GetType().Name);
            return null;
        }
    }

    private sealed record Question(string Id);

    private sealed record Report(int Tokens);
}
