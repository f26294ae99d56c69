using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Millrace.Bench.Processes;

namespace Millrace.Bench.Serving;

/// <summary>
/// An OpenAI-compatible server that answers at once with the same words, whole or as a stream. What is in front of it can only be slower.
/// </summary>
internal sealed class InstantUpstream : IAsyncDisposable
{
    /// <summary>Name of its model.</summary>
    public const string Model = "instant";

    /// <summary>Tokens of its answer: each is a chunk of the stream.</summary>
    public const int Tokens = 8;

    private const string Usage = "\"usage\":{\"prompt_tokens\":24,\"completion_tokens\":8,\"total_tokens\":32}}";

    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"instant\",\"choices\":[{\"index\":0,"
            + "\"message\":{\"role\":\"assistant\",\"content\":\"one two three four five six seven eight \"},"
            + "\"finish_reason\":\"stop\"}]," + Usage);

    private static readonly byte[] Events = Stream();

    private readonly WebApplication _app;

    private InstantUpstream(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts it in this process.</summary>
    public static async Task<InstantUpstream> StartAsync(CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{FreePorts.Find(1)[0]}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address.ToString());
        var app = builder.Build();
        app.MapPost("/v1/chat/completions", AnswerAsync);
        await app.StartAsync(cancellationToken);
        return new InstantUpstream(app, address);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static byte[] Stream()
    {
        const string Chunk = """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"instant",""";
        var text = new StringBuilder();
        Add("""{"role":"assistant","content":""}""", "null");
        foreach (var word in new[] { "one", "two", "three", "four", "five", "six", "seven", "eight" })
            Add($$"""{"content":"{{word}} "}""", "null");
        Add("{}", "\"stop\"");
        text.Append(Chunk).Append(
            "\"choices\":[]," + Usage + "\n\ndata: [DONE]\n\n");
        return Encoding.UTF8.GetBytes(text.ToString());

        void Add(string delta, string reason) => text.Append(Chunk)
            .Append("\"choices\":[{\"index\":0,\"delta\":").Append(delta).Append(",\"finish_reason\":").Append(reason).Append("}]}\n\n");
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var body = await context.Request.BodyReader.ReadAtLeastAsync((int)(context.Request.ContentLength ?? 1), context.RequestAborted);
        var streams = System.Buffers.BuffersExtensions.ToArray(body.Buffer).AsSpan().IndexOf("\"stream\":true"u8) >= 0;
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        var answer = streams ? Events : Whole;
        context.Response.ContentType = streams ? "text/event-stream" : "application/json";
        if (!streams) context.Response.ContentLength = answer.Length;
        await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted);
    }
}
