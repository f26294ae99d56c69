using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Millrace.ServiceDefaults.Tests.Telemetry;

/// <summary>A span as it came over the wire.</summary>
public sealed record ReceivedSpan(string Scope, string Name, string TraceId);

/// <summary>A telemetry collector: takes OTLP over gRPC and keeps what matters to the tests.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private const int MessageHeaderBytes = 5;
    private const int ResourceSpansField = 1, ScopeSpansField = 2, ScopeField = 1, ScopeNameField = 1;
    private const int SpanField = 2, TraceIdField = 1, SpanNameField = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<string, int> _exports = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.Single();

    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    /// <summary>Paths that were posted to.</summary>
    public IEnumerable<string> Exports => _exports.Keys;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _exports[context.Request.Path] = 1;
        if (context.Request.Path.Value!.EndsWith("TraceService/Export", StringComparison.Ordinal))
            foreach (var span in Decode(ByteString.CopyFrom(body.ToArray().AsSpan(MessageHeaderBytes)))) _spans.Enqueue(span);

        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[MessageHeaderBytes]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static IEnumerable<ReceivedSpan> Decode(ByteString export) =>
        from resource in Fields(export, ResourceSpansField)
        from scoped in Fields(resource, ScopeSpansField)
        let scope = Text(Fields(scoped, ScopeField).Single(), ScopeNameField)
        from span in Fields(scoped, SpanField)
        select new ReceivedSpan(scope, Text(span, SpanNameField), Convert.ToHexStringLower(Fields(span, TraceIdField).Single().Span));

    private static string Text(ByteString message, int field) => Fields(message, field).Single().ToStringUtf8();

    /// <summary>The values of one length-delimited field of a message.</summary>
    private static List<ByteString> Fields(ByteString message, int field)
    {
        List<ByteString> values = [];
        using var input = message.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited)) values.Add(input.ReadBytes());
            else input.SkipLastField();
        }

        return values;
    }
}
