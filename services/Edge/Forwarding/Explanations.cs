using System.Net;
using Microsoft.Extensions.Options;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Edge.Forwarding;

/// <summary>
/// <c>GET /v1/requests/{id}/explain</c> where there are several gateways: the one that answered a request keeps its explanation, so all are
/// asked and the first that has it answers. With one gateway the request is forwarded as any other.
/// </summary>
internal sealed class Explanations(RequestDelegate next, GatewayAddresses gateways, IOptions<EdgeOptions> options) : IDisposable
{
    private const string Prefix = "/v1/requests";
    private const string Suffix = "/explain";
    private const long BytesMax = 16 * 1024 * 1024;
    private static readonly string[] Passed = [CallContext.TenantHeader, CallContext.RequestIdHeader, CallContext.LabelsHeader];

    private readonly HttpClient _client = new(new SocketsHttpHandler { ConnectTimeout = GatewayRoute.ConnectTimeout })
    {
        Timeout = options.Value.HealthTimeout, MaxResponseContentBufferSize = BytesMax,
    };

    public Task InvokeAsync(HttpContext context) => IsExplanation(context.Request) && gateways.All.Count > 1
        ? AnswerAsync(context, gateways.All)
        : next(context);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static bool IsExplanation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal)
        && request.Path.Value?.EndsWith(Suffix, StringComparison.Ordinal) == true;

    private async Task AnswerAsync(HttpContext context, IReadOnlyList<Uri> all)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var answers = all.Select(gateway => AskAsync(context.Request, gateway, stop.Token)).ToList();
        Answer? best = null;
        await foreach (var asked in Task.WhenEach(answers))
        {
            var answer = await asked;
            if (best is null || answer?.Status == HttpStatusCode.OK) best = answer ?? best;
            if (best?.Status == HttpStatusCode.OK) break;
        }

        await stop.CancelAsync();
        var isComplete = best?.Status == HttpStatusCode.OK
            || answers.All(answer => answer is { IsCompletedSuccessfully: true, Result: not null });
        if (best is not null && isComplete) await WriteAsync(context, best);
        else await OpenAiErrors.WriteAsync(context, Unreachable(options.Value.RetryAfter), context.RequestAborted);
    }

    // Who cannot be asked may be the one that has it: "not found" would be a guess.
    private static MillraceException Unreachable(TimeSpan? retryAfter) => new(
        Reason.UpstreamUnavailable, "A gateway that may have the explanation cannot be reached. Try again in a moment.")
    {
        RetryAfter = retryAfter,
    };

    private static async Task WriteAsync(HttpContext context, Answer answer)
    {
        context.Response.StatusCode = (int)answer.Status;
        context.Response.ContentType = answer.ContentType;
        await context.Response.Body.WriteAsync(answer.Content, context.RequestAborted);
    }

    private async Task<Answer?> AskAsync(HttpRequest asked, Uri gateway, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway, asked.Path.ToUriComponent()));
        foreach (var name in Passed)
            if (asked.Headers.TryGetValue(name, out var values)) request.Headers.TryAddWithoutValidation(name, [.. values]);
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode >= StatusCodes.Status500InternalServerError) return null;
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new Answer(response.StatusCode, response.Content.Headers.ContentType?.ToString(), content);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    private sealed record Answer(HttpStatusCode Status, string? ContentType, byte[] Content);
}
