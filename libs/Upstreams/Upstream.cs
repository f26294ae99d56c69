using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Millrace.ServiceDefaults.Telemetry;

namespace Millrace.Upstreams;

/// <summary>A model that an upstream serves.</summary>
/// <param name="Upstream">The upstream.</param>
/// <param name="Name">What requests call it.</param>
/// <param name="RemoteName">What the upstream calls it.</param>
internal sealed record UpstreamModel(Upstream Upstream, string Name, string RemoteName)
{
    /// <summary>Name of the spans of its calls.</summary>
    public string SpanName { get; } = $"{GenAi.Operations.Chat} {RemoteName}";
}

/// <summary>What all upstreams of a process share.</summary>
/// <param name="Time">Time.</param>
/// <param name="Telemetry">Spans and figures.</param>
/// <param name="Logger">Log of all upstreams.</param>
/// <param name="Random">Numbers from 0 to 1, for the jitter of retries.</param>
internal sealed record UpstreamParts(TimeProvider Time, UpstreamTelemetry Telemetry, ILogger Logger, Func<double> Random);

/// <summary>One server elsewhere: its connections, its limits, and what is known of its health.</summary>
internal sealed class Upstream : IDisposable
{
    private const int ErrorBodyBytesMax = 64 * 1024;
    private const int HeaderKibMax = 64;
    private const int ReadBytes = 4096;

    // What is left of an answer that nobody wants any more is not waited for; what is left after the last event is a few bytes.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMilliseconds(100);

    private readonly HttpMessageInvoker _http;
    private readonly Uri _base;
    private readonly KeyValuePair<string, string>[] _headers;

    // An API has a handful of paths, each a constant of ours.
    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);

    /// <summary>Creates an upstream from checked options; no connection is made.</summary>
    public Upstream(string name, UpstreamOptions options, UpstreamParts parts)
    {
        Name = name;
        Options = options;
        Parts = parts;
        Address = new Uri(options.BaseAddress);
        _base = new Uri((Address.AbsolutePath == "/" ? new Uri(Address, "v1") : Address).AbsoluteUri.TrimEnd('/') + "/");
        Api = options.IsAnthropic ? new AnthropicApi(options) : new OpenAiApi(options);
        Errors = new UpstreamErrors(name, new SecretScrubber(options));
        Retry = new RetryPolicy(options, parts.Random);
        Gate = new ConcurrencyGate(name, options.ConcurrencyMax, options.QueueDepthMax, parts.Time);
        Breaker = new CircuitBreaker(options.Breaker, parts.Time, OnCircuitChanged);
        _headers = [.. Api.Headers, .. options.Headers];
        _http = CreateClient(options);
    }

    /// <summary>Its name in the configuration.</summary>
    public string Name { get; }

    /// <summary>Its settings.</summary>
    public UpstreamOptions Options { get; }

    /// <summary>What it shares with others.</summary>
    public UpstreamParts Parts { get; }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Its API.</summary>
    public IUpstreamApi Api { get; }

    /// <summary>Its errors in our words.</summary>
    public UpstreamErrors Errors { get; }

    /// <summary>When a request is sent again.</summary>
    public RetryPolicy Retry { get; }

    /// <summary>Bounds what runs there.</summary>
    public ConcurrencyGate Gate { get; }

    /// <summary>Its circuit.</summary>
    public CircuitBreaker Breaker { get; }

    /// <summary>Sends a request, and returns when the head of the answer is there and says that it was taken.</summary>
    /// <exception cref="UpstreamFailure">The answer is an error.</exception>
    public async Task<HttpResponseMessage> SendAsync(UpstreamBody body, string accept, CancellationToken cancellationToken)
    {
        using var message = ToMessage(body, accept);
        var response = await _http.SendAsync(message, cancellationToken);
        if (response.IsSuccessStatusCode) return response;
        using (response)
            throw Errors.Of(
                UpstreamErrors.Read((int)response.StatusCode, await ReadUpToAsync(response, ErrorBodyBytesMax, cancellationToken)),
                RetryPolicy.HintOf(response.Headers, Parts.Time.GetUtcNow()));
    }

    /// <summary>Reads a body, but no more of it than this.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadUpToAsync(
        HttpResponseMessage response, int bytesMax, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new ArrayBufferWriter<byte>(ReadBytes);
        while (buffer.WrittenCount < bytesMax)
        {
            var room = buffer.GetMemory(ReadBytes)[..Math.Min(ReadBytes, bytesMax - buffer.WrittenCount)];
            var read = await stream.ReadAsync(room, cancellationToken);
            if (read == 0) break;
            buffer.Advance(read);
        }

        return buffer.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>An invoker and no <see cref="HttpClient"/>: that one makes a cancellation source of its own for every request.</summary>
    private static HttpMessageInvoker CreateClient(UpstreamOptions options) => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.UseSystemProxy,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = options.ConcurrencyMax,
            MaxResponseHeadersLength = HeaderKibMax,
            ResponseDrainTimeout = DrainTimeout,
        },
        disposeHandler: true);

    private HttpRequestMessage ToMessage(UpstreamBody body, string accept)
    {
        var content = new ReadOnlyMemoryContent(body.Json);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        var message = new HttpRequestMessage(HttpMethod.Post, _addresses.GetOrAdd(body.Path, UriOf)) { Content = content };
        message.Headers.TryAddWithoutValidation("Accept", accept);
        foreach (var (name, value) in _headers) message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    /// <summary>A path that begins with <c>/</c> stands beside <c>/v1</c> and not below it.</summary>
    private Uri UriOf(string path)
    {
        const string Version = "v1/";
        if (path[0] != '/') return new Uri(_base, path);
        var root = _base.AbsoluteUri;
        if (root.EndsWith("/" + Version, StringComparison.Ordinal)) root = root[..^Version.Length];
        return new Uri(root + path[1..]);
    }

    private void OnCircuitChanged(bool isOpen)
    {
        Parts.Telemetry.CircuitChanged(Name, isOpen);
        if (isOpen) UpstreamLog.CircuitOpened(Parts.Logger, Name);
        else UpstreamLog.CircuitClosed(Parts.Logger, Name);
    }
}
