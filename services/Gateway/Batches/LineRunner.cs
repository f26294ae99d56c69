using System.Text.Json;
using Millrace.Gateway.Api;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Batches;

/// <summary>The answer to a line.</summary>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Body">Its body, JSON in one line.</param>
/// <param name="RetryAfter">When it is worth to try again; null when the answer does not say.</param>
internal sealed record LineAnswer(int Status, byte[] Body, TimeSpan? RetryAfter)
{
    /// <summary>Whether the same request can succeed later.</summary>
    public bool IsPassing => Status is 408 or 429 or 503 or 504;
}

/// <summary>
/// Runs a line through the endpoint that a live request would go to, in this process: the same reader, the same pipeline, the same words
/// of a refusal.
/// </summary>
internal sealed class LineRunner(IServiceProvider services, ILogger<ErrorMiddleware> logger)
{
    private readonly Lazy<EndpointDataSource> _endpoints = new(services.GetRequiredService<EndpointDataSource>);

    /// <summary>Whether there is a route of this path that takes requests with a body.</summary>
    public bool Has(string path) => Find(path) is not null;

    /// <summary>Runs a line under the ambient tenant and labels.</summary>
    public async Task<LineAnswer> RunAsync(string path, BatchLine line, CancellationToken cancellationToken)
    {
        var endpoint = Find(path) ?? throw new InvalidOperationException($"There is no route {path}.");
        await using var scope = services.CreateAsyncScope();
        var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
        (context.Request.Method, context.Request.Path) = (HttpMethods.Post, path);
        context.Request.ContentType = ApiJson.ContentType;
        context.Request.Headers[CallContext.RequestIdHeader] = CallContext.Current.RequestId;
        context.Request.Body = new MemoryStream(line.Body);
        context.Response.Body = answer;
        context.Features.Set(line);
        context.SetEndpoint(endpoint);
        await new ErrorMiddleware(endpoint.RequestDelegate ?? (_ => Task.CompletedTask), logger).InvokeAsync(context);
        cancellationToken.ThrowIfCancellationRequested();
        await context.Response.BodyWriter.CompleteAsync();
        return new LineAnswer(context.Response.StatusCode, answer.ToArray(), RetryAfter(context.Response));
    }

    /// <summary>A result of a line as the file of results has it.</summary>
    public static string Describe(BatchLine line, string requestId, LineAnswer answer)
    {
        using var text = new MemoryStream();
        using (var json = Begin(text, line, requestId))
        {
            json.WriteStartObject("response"u8);
            json.WriteNumber("status_code"u8, answer.Status);
            json.WriteString("request_id"u8, requestId);
            json.WritePropertyName("body"u8);
            json.WriteRawValue(answer.Body);
            json.WriteEndObject();
            json.WriteNull("error"u8);
            json.WriteEndObject();
        }

        return Text(text);
    }

    /// <summary>A line that was never run, as the file of failures has it.</summary>
    public static string DescribeUnrun(BatchLine line, string requestId, string code, string message)
    {
        using var text = new MemoryStream();
        using (var json = Begin(text, line, requestId))
        {
            json.WriteNull("response"u8);
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, code);
            json.WriteString("message"u8, message);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Text(text);
    }

    private static Utf8JsonWriter Begin(MemoryStream text, BatchLine line, string requestId)
    {
        var json = new Utf8JsonWriter(text, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("id"u8, $"batch_{requestId}");
        json.WriteString("custom_id"u8, line.CustomId);
        return json;
    }

    private static string Text(MemoryStream text) => System.Text.Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);

    private static TimeSpan? RetryAfter(HttpResponse response) =>
        long.TryParse(response.Headers["retry-after-ms"].ToString(), out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    private RouteEndpoint? Find(string path) => _endpoints.Value.Endpoints.OfType<RouteEndpoint>().FirstOrDefault(endpoint =>
        endpoint.RoutePattern.RawText == path
        && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Post) is true);
}
