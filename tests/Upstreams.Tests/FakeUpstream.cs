using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.TestShared;

namespace Millrace.Upstreams.Tests;

/// <summary>A request that an upstream received.</summary>
internal sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers, JsonElement Body, Task Aborted)
{
    /// <summary>The names of the fields that were sent.</summary>
    public IEnumerable<string> Fields => Body.EnumerateObject().Select(property => property.Name);
}

/// <summary>A real HTTP server that answers as it is told: one behaviour per request, the last one for all that follow.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _behaviours;
    private readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();
    private int _count;

    private FakeUpstream(IEnumerable<Func<HttpContext, Task>> behaviours)
    {
        _behaviours = new ConcurrentQueue<Func<HttpContext, Task>>(behaviours);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinResponseDataRate = null);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Requests received so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public static async Task<FakeUpstream> StartAsync(params IEnumerable<Func<HttpContext, Task>> behaviours)
    {
        var fake = new FakeUpstream(behaviours);
        await fake._app.StartAsync().DefaultTimeout();
        return fake;
    }

    /// <summary>The next request, in the order of their arrival.</summary>
    public Task<ReceivedRequest> NextAsync() => _received.Reader.ReadAsync().AsTask().DefaultTimeout();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().DefaultTimeout();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var aborted = new TaskCompletionSource();
        context.RequestAborted.Register(aborted.SetResult);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Interlocked.Increment(ref _count);
        _received.Writer.TryWrite(new ReceivedRequest(context.Request.Path, headers, body.RootElement.Clone(), aborted.Task));
        if (!_behaviours.TryDequeue(out var behaviour)) throw new InvalidOperationException("There is no behaviour.");
        if (_behaviours.IsEmpty) _behaviours.Enqueue(behaviour);
        await behaviour(context);
    }
}

/// <summary>How an upstream behaves.</summary>
internal static class Behave
{
    /// <summary>Answers with these events and ends the stream.</summary>
    public static Func<HttpContext, Task> Events(params IEnumerable<string> data) => context => SendAsync(context, data);

    /// <summary>Answers with these events, then does something else.</summary>
    public static Func<HttpContext, Task> EventsThen(IEnumerable<string> data, Func<HttpContext, Task> then) => async context =>
    {
        await SendAsync(context, data);
        await then(context);
    };

    /// <summary>Answers with an event whenever the test lets it.</summary>
    public static Func<HttpContext, Task> Drip(IEnumerable<string> data, SemaphoreSlim turns) => async context =>
    {
        foreach (var one in data)
        {
            await turns.WaitAsync(context.RequestAborted);
            await SendAsync(context, [one]);
        }
    };

    /// <summary>Answers with a status and a body.</summary>
    public static Func<HttpContext, Task> Status(int status, string body = "", params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        return context.Response.WriteAsync(body);
    };

    /// <summary>Does nothing until the caller goes away.</summary>
    public static async Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>Closes the connection at once.</summary>
    public static Task Cut(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static async Task SendAsync(HttpContext context, IEnumerable<string> data)
    {
        if (!context.Response.HasStarted) context.Response.ContentType = "text/event-stream; charset=utf-8";
        foreach (var one in data)
        {
            var type = one.StartsWith("{\"type\":\"", StringComparison.Ordinal) ? $"event: {one.Split('"')[3]}\n" : "";
            await context.Response.WriteAsync($"{type}data: {one}\n\n");
        }

        await context.Response.Body.FlushAsync();
    }
}
