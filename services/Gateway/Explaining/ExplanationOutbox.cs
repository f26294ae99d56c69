using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Explaining;

/// <summary>
/// Hands explanations to the session store, a bounded number at a time and behind the requests: nobody waits for it. While the store is
/// away they wait, as many as may; what is more is not stored, and counted.
/// </summary>
public sealed class ExplanationOutbox : BackgroundService
{
    private const int FlushBytesMax = 2 * 1024 * 1024;
    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(5);

    private readonly ExplanationsService.ExplanationsServiceClient _store;
    private readonly ExplanationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ExplanationOutbox> _logger;
    private readonly Counter<long> _dropped;
    private readonly Channel<Explanation> _waiting;
    private List<Explanation> _pending = [];
    private bool _isAway;

    /// <summary>An empty one.</summary>
    public ExplanationOutbox(
        ExplanationsService.ExplanationsServiceClient store,
        IOptions<ExplanationOptions> options,
        IMeterFactory meters,
        TimeProvider time,
        ILogger<ExplanationOutbox> logger)
    {
        (_store, _options, _time, _logger) = (store, options.Value, time, logger);
        _waiting = Channel.CreateBounded<Explanation>(new BoundedChannelOptions(_options.QueueMax) { SingleReader = true });
        _dropped = meters.Create("Millrace.Gateway").CreateCounter<long>(
            "millrace.explanations.dropped",
            "{explanation}",
            "Explanations that were not stored: too many waited, or one was too large.");
    }

    /// <summary>Takes an explanation; never waits.</summary>
    public void Add(string tenant, string request, ReadOnlyMemory<byte> json)
    {
        if (!_options.Stored) return;
        var one = new Explanation { Tenant = tenant, RequestId = request, Json = UnsafeByteOperations.UnsafeWrap(json) };
        if (json.Length > _options.BytesMax || !_waiting.Writer.TryWrite(one)) _dropped.Add(1);
    }

    /// <summary>The explanation of a request of the caller's tenant that some gateway has stored; null when there is none.</summary>
    /// <exception cref="MillraceException">The store cannot be asked.</exception>
    public async Task<ReadOnlyMemory<byte>?> FindAsync(string request, CancellationToken cancellationToken)
    {
        if (!_options.Stored) return null;
        try
        {
            var found = await _store.GetExplanationAsync(
                new GetExplanationRequest { RequestId = request }, cancellationToken: cancellationToken);
            return found.Json.Memory;
        }
        catch (MillraceException error) when (error.Reason == Reason.RequestNotFound)
        {
            return null;
        }
    }

    /// <summary>Ends the work, and stores what waits if that can be done in a moment.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(LastFlush, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (!_isAway && Fill()) await FlushAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Whoever stops the process does not wait for it.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(_options.FlushInterval, _time, stoppingToken);
            Fill();
            while (!await FlushAsync(stoppingToken)) await Task.Delay(_options.FlushInterval, _time, stoppingToken);
        }
    }

    // What could not be stored goes first.
    private bool Fill()
    {
        var bytes = _pending.Sum(one => one.Json.Length);
        while (_pending.Count < _options.FlushMax && bytes < FlushBytesMax && _waiting.Reader.TryRead(out var one))
        {
            _pending.Add(one);
            bytes += one.Json.Length;
        }

        return _pending.Count > 0;
    }

    private async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _store.PutExplanationsAsync(
                new PutExplanationsRequest { Explanations = { _pending } }, cancellationToken: cancellationToken);
            if (_isAway) ExplanationLog.StoredAgain(_logger);
            _isAway = false;
        }
        catch (MillraceException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_isAway) ExplanationLog.NotStored(_logger, error.Reason);
            _isAway = true;
            if (error.Reason.Info().Retryable) return false;
            _dropped.Add(_pending.Count);
        }

        _pending = [];
        return true;
    }
}

/// <summary>Facts about explanations; never what is in them. Event ids 3130 to 3139.</summary>
internal static partial class ExplanationLog
{
    [LoggerMessage(
        3130,
        LogLevel.Warning,
        "Explanations wait in memory, because they cannot be stored: {Reason}",
        EventName = "ExplanationsNotStored")]
    public static partial void NotStored(ILogger logger, Reason reason);

    [LoggerMessage(3131, LogLevel.Information, "Explanations are stored again", EventName = "ExplanationsStoredAgain")]
    public static partial void StoredAgain(ILogger logger);
}
