using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Http;

namespace Millrace.Gateway.Streaming;

/// <summary>
/// A stream of server-sent events. Each event is written straight into the response's pooled buffers and flushed. After a while of
/// silence a comment goes out, so that proxies keep the connection open.
/// </summary>
/// <param name="response">Takes the stream.</param>
/// <param name="pingInterval">Silence after which a ping goes out.</param>
/// <param name="time">The clock.</param>
/// <param name="ping">The ping without its end; null for a comment.</param>
internal sealed class SseWriter(HttpResponse response, TimeSpan pingInterval, TimeProvider time, byte[]? ping = null)
    : IEventStream, IAsyncDisposable
{
    private readonly byte[] _ping = ping ?? ": ping"u8.ToArray();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Utf8JsonWriter _json = new(response.BodyWriter, ApiJson.WriterOptions);
    private Task _pings = Task.CompletedTask;
    private long _lastWrite;

    /// <summary>Whether the status has gone out, so that a failure can only be told as an event.</summary>
    public bool HasStarted { get; private set; }

    /// <inheritdoc/>
    public ValueTask StartAsync(ChatStarted started, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["x-accel-buffering"] = "no";
        AnswerHeaders.Set(response.Headers, started.ServedBy, started.Timeline);
        HasStarted = true;
        _lastWrite = time.GetTimestamp();
        _pings = PingAsync(cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync<T>(T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken) =>
        WriteAsync(string.Empty, state, write, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask WriteAsync<T>(string name, T state, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (name.Length > 0) response.BodyWriter.Write(Encoding.ASCII.GetBytes($"event: {name}\n"));
            response.BodyWriter.Write("data: "u8);
            _json.Reset();
            write(_json, state);
            _json.Flush();
            await EndAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteDoneAsync(CancellationToken cancellationToken) =>
        await WriteRawAsync("data: [DONE]"u8.ToArray(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pings;
        await _json.DisposeAsync();
        _stop.Dispose();
        _gate.Dispose();
    }

    private async ValueTask WriteRawAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            response.BodyWriter.Write(line.Span);
            await EndAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(cancellationToken);
        _lastWrite = time.GetTimestamp();
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        try
        {
            while (true)
            {
                var silence = time.GetElapsedTime(Volatile.Read(ref _lastWrite));
                if (silence >= pingInterval) await WriteRawAsync(_ping, ended.Token);
                else await Task.Delay(pingInterval - silence, time, ended.Token);
            }
        }
        catch (Exception) when (ended.IsCancellationRequested)
        {
            // The answer is over, or its reader has gone.
        }
    }
}
