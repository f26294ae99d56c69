using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;
using Millrace.ServiceDefaults.Calls;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Sessions;

/// <summary>
/// Sums up what conversations have no more room for, in the background: each conversation once at a time, the earlier summary and what
/// fell out since becoming the new one. A failure leaves the earlier summary; the next answer asks again.
/// </summary>
public sealed class ConversationSummarizer(
    SessionsService.SessionsServiceClient sessions,
    InferencePool pool,
    SummaryPrompt prompt,
    IOptions<SummaryOptions> options,
    IOptions<GatewayOptions> gateway,
    TimeProvider time,
    ILogger<ConversationSummarizer> logger) : BackgroundService
{
    private const int MessageCharsMax = 2000;
    private const int TextBytesMax = 8 * 1024;

    private readonly SummaryOptions _options = options.Value;
    private readonly HashSet<(string Tenant, string Conversation)> _waiting = [];
    private readonly Lock _gate = new();
    private readonly Channel<Job> _jobs =
        Channel.CreateBounded<Job>(new BoundedChannelOptions(options.Value.QueueMax) { SingleReader = true });

    /// <summary>Looks at a conversation when its turn comes; never waits.</summary>
    public void Enqueue(string conversationId, string model)
    {
        if (!_options.Enabled) return;
        var job = new Job(CallContext.Current.Tenant, conversationId, model);
        lock (_gate)
        {
            if (_waiting.Contains(job.Key) || !_jobs.Writer.TryWrite(job)) return;
            _waiting.Add(job.Key);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var job in _jobs.Reader.ReadAllAsync(stoppingToken))
        {
            lock (_gate) _waiting.Remove(job.Key);
            await TryRunAsync(job, stoppingToken);
        }
    }

    private async Task TryRunAsync(Job job, CancellationToken stoppingToken)
    {
        CallContext.Current = new CallContext(job.Tenant, CallContext.NewRequestId());
        using var deadline = new CancellationTokenSource(_options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stoppingToken);
        try
        {
            await RunAsync(job, either.Token);
        }
        catch (Exception error)
            when (error is MillraceException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
        {
            SummaryLog.SummaryFailed(logger, error is MillraceException refusal ? refusal.Reason : Reason.DeadlineExceeded);
        }
    }

    // A quarter of the window is summed up ahead of time, so that the words are there when it falls out.
    private async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var window = await sessions.GetWindowAsync(
            new GetWindowRequest
            {
                ConversationId = job.Conversation,
                TokensMax = (uint)(gateway.Value.HistoryTokensMax * 3 / 4),
                Model = job.Model,
                IncludeFallen = true,
            },
            cancellationToken: cancellationToken);
        if (window.Fallen.Count == 0) return;
        var earlier = window.Summary?.Text ?? string.Empty;
        var writer = _options.Model.Length == 0 ? job.Model : _options.Model;
        var text = gateway.Value.QuotingModels.Contains(writer)
            ? earlier
            : await WriteAsync(writer, prompt.Ask(earlier, Told(window.Fallen)), cancellationToken);
        var request = new PutSummaryRequest
        {
            ConversationId = job.Conversation,
            ThroughMessageId = window.Fallen[^1].Id,
            Text = text.Length == 0 ? earlier : text,
            Model = text.Length == 0 ? string.Empty : writer,
        };
        await sessions.PutSummaryAsync(request, cancellationToken: cancellationToken);
    }

    private async Task<string> WriteAsync(string model, IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken)
    {
        var request = new GenerateRequest
        {
            Model = model,
            Chat = new BuiltPrompt(turns, [], 0, 0).ToChat(),
            Sampling = new SamplingSettings { Temperature = 0 }.ToContract(),
            MaxTokens = (uint)_options.TextTokensMax,
            ChoiceCount = 1,
            Priority = Priority.Batch,
            FairnessKey = CallContext.Current.Tenant,
            CacheSalt = CallContext.Current.Tenant,
        };
        var text = new StringBuilder();
        await foreach (var response in pool.GenerateAsync(request, _ => { }, cancellationToken))
            if (response.Tokens is { IsPrompt: false } tokens && text.Length < TextBytesMax / 4) text.Append(tokens.Text);
        return text.ToString().Trim();
    }

    private static string Told(IEnumerable<Message> messages) => string.Join('\n', messages.Where(IsSaid).Select(message =>
        $"{Author(message.Role)}: {Texts.Shorten(message.Content, MessageCharsMax)}"));

    // Whoever only calls tools says nothing.
    private static bool IsSaid(Message message) => message.Content.Length > 0;

    private static string Author(MessageRole role) => role switch
    {
        MessageRole.User => "User",
        MessageRole.Tool => "Tool",
        _ => "Assistant",
    };

    private sealed record Job(string Tenant, string Conversation, string Model)
    {
        public (string Tenant, string Conversation) Key => (Tenant, Conversation);
    }
}

/// <summary>What is logged of summaries; never their text.</summary>
internal static partial class SummaryLog
{
    [LoggerMessage(3040, LogLevel.Warning, "A conversation could not be summed up: {Reason}", EventName = "SummaryFailed")]
    public static partial void SummaryFailed(ILogger logger, Reason reason);
}
