using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Cli.Tests.Catalog;

/// <summary>A file server on a real port whose answers a test writes itself, request by request; the last one repeats.</summary>
public sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<HttpContext, Task>[] _answers;
    private readonly ConcurrentQueue<string> _ranges = new();
    private int _requests;

    private FileServer(WebApplication app, Func<HttpContext, Task>[] answers)
    {
        _app = app;
        _answers = answers;
    }

    public Uri Url => new(new Uri(_app.Urls.Single()), "/models/model.gguf");

    /// <summary>The Range header of each request; empty for none.</summary>
    public IReadOnlyCollection<string> Ranges => _ranges;

    public static async Task<FileServer> StartAsync(params Func<HttpContext, Task>[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FileServer(app, answers);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>The file, or the part of it that is asked for.</summary>
    public static Func<HttpContext, Task> Whole(byte[] file) => async context =>
    {
        var from = Start(context);
        if (from >= file.Length)
        {
            context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            context.Response.Headers.ContentRange = $"bytes */{file.Length}";
            return;
        }

        if (from > 0) context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.ContentLength = file.Length - from;
        await context.Response.Body.WriteAsync(file.AsMemory(from));
    };

    /// <summary>The whole file, whatever part is asked for.</summary>
    public static Func<HttpContext, Task> IgnoringRange(byte[] file) => async context =>
    {
        context.Response.ContentLength = file.Length;
        await context.Response.Body.WriteAsync(file);
    };

    /// <summary>Promises the rest of the file and closes the connection after some bytes of it.</summary>
    public static Func<HttpContext, Task> Cut(byte[] file, int bytes) => async context =>
    {
        await SendAsync(context, file, bytes);
        context.Abort();
    };

    /// <summary>Promises the whole file, sends some bytes of it and then nothing.</summary>
    public static Func<HttpContext, Task> Stall(byte[] file, int bytes) => async context =>
    {
        await SendAsync(context, file, bytes);
        await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
    };

    /// <summary>Takes the request and says nothing at all.</summary>
    public static Task Silence(HttpContext context) => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);

    /// <summary>Answers with a status only.</summary>
    public static Func<HttpContext, Task> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task SendAsync(HttpContext context, byte[] file, int bytes)
    {
        var from = Start(context);
        if (from > 0) context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.ContentLength = file.Length - from;
        await context.Response.Body.WriteAsync(file.AsMemory(from, bytes));
        await context.Response.Body.FlushAsync();
    }

    private static int Start(HttpContext context) => (int)(context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0);

    private Task AnswerAsync(HttpContext context)
    {
        _ranges.Enqueue(context.Request.Headers.Range.ToString());
        return _answers[Math.Min(Interlocked.Increment(ref _requests), _answers.Length) - 1](context);
    }
}
