using System.Security.Cryptography;
using System.Threading.Channels;
using Millrace.Inference.KvCache;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>
/// One request in an engine. The engine's thread owns it and writes its events; its consumer reads them and may cancel it.
/// </summary>
internal sealed class Generation : EngineRequest
{
    private readonly Channel<GenerationEvent> _events;
    private readonly TimeProvider _time;
    private long _cancelledAt;
    private bool _started;
    private int _choicesLeft;

    /// <summary>Creates a generation.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="completionTokensMax">Tokens that each choice can have at most.</param>
    /// <param name="endsAt">When it is ended in any case.</param>
    /// <param name="time">The time.</param>
    public Generation(GenerationRequest request, int completionTokensMax, DateTimeOffset endsAt, TimeProvider time)
    {
        _time = time;
        Request = request;
        CompletionTokensMax = completionTokensMax;
        ArrivedAt = time.GetTimestamp();
        EndsAt = endsAt;
        Seed = request.Sampling.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _choicesLeft = request.ChoiceCount;

        // The engine never waits for a consumer: the channel has room for every event that there can be, and is no larger than what was
        // asked for.
        var eventsPerChoice = completionTokensMax + 2 + (request.Echo ? request.Prompt.Count + 1 : 0);
        _events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(1 + (request.ChoiceCount * eventsPerChoice))
        {
            SingleReader = true,
            SingleWriter = true,
        });
    }

    /// <summary>What is asked.</summary>
    public GenerationRequest Request { get; }

    /// <summary>Tokens that each choice can have at most.</summary>
    public int CompletionTokensMax { get; }

    /// <summary>Timestamp of its arrival.</summary>
    public long ArrivedAt { get; }

    /// <summary>When it is ended in any case.</summary>
    public DateTimeOffset EndsAt { get; }

    /// <summary>The seed in use.</summary>
    public ulong Seed { get; }

    /// <summary>Its events. A refusal or failure completes the channel with a <see cref="MillraceException"/>.</summary>
    public ChannelReader<GenerationEvent> Events => _events.Reader;

    /// <summary>Its choices, once the engine has taken it in.</summary>
    public IReadOnlyList<Choice> Choices { get; private set; } = [];

    /// <summary>Whether its consumer has gone.</summary>
    public bool IsCancelled => CancelledAt is not null;

    /// <summary>Timestamp of the cancellation; null without one.</summary>
    public long? CancelledAt => Interlocked.Read(ref _cancelledAt) is var at and not 0 ? at : null;

    /// <summary>Tokens of the prompt that were in the cache.</summary>
    public int CachedTokens => Choices.Count > 0 ? Choices[0].Sequence.CachedCount : 0;

    /// <summary>Whether nothing more will happen to it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Nobody reads on: its slots are free one step later. May be called from any thread, at any time, repeatedly.</summary>
    public void Cancel() => Interlocked.CompareExchange(ref _cancelledAt, Math.Max(1, _time.GetTimestamp()), 0);

    /// <inheritdoc/>
    public override void Refuse(Exception reason) => End(reason);

    /// <summary>Makes the sequences and samplers of the choices.</summary>
    public void Prepare(Func<long> nextSequenceId, SamplerScratch scratch)
    {
        int[] prompt = [.. Request.Prompt];
        Choices = [.. Enumerable.Range(0, Request.ChoiceCount).Select(index => NewChoice(index, nextSequenceId(), prompt, scratch))];
    }

    /// <summary>Tells once that the prompt was evaluated.</summary>
    public void Start(TimeSpan queueTime, TimeSpan firstTokenTime)
    {
        if (_started) return;
        _started = true;
        Write(new PromptEvaluated(Request.Prompt.Count, CachedTokens, queueTime, firstTokenTime, Seed));
    }

    /// <summary>Tells of a token.</summary>
    public void Write(GenerationEvent progress)
    {
        if (!_events.Writer.TryWrite(progress) && !IsOver)
            throw new InvalidOperationException("A generation has more events than its tokens can make.");
    }

    /// <summary>One choice is complete.</summary>
    public void Finish(ChoiceFinished finished)
    {
        Write(finished);
        if (--_choicesLeft == 0) End(null);
    }

    /// <summary>Nothing more will happen.</summary>
    public void End(Exception? error)
    {
        IsOver = true;
        _events.Writer.TryComplete(error);
    }

    private Choice NewChoice(int index, long sequenceId, int[] prompt, SamplerScratch scratch)
    {
        var sequence = new Sequence(sequenceId, prompt, prompt.Length + CompletionTokensMax)
        {
            Class = Request.Class,
            FairnessKey = Request.FairnessKey,
            Key = new CacheKey(Request.Adapter, Request.CacheSalt),
            PrefixKeys = Request.PrefixKeys,
            WantsPromptOutputs = Request is { Echo: true, Logprobs.Chosen: true },
        };
        var sampler = new Sampler(Request.Sampling, Request.Logprobs, new RandomSource(Seed, index), scratch);
        return new Choice(this, index, sequence, sampler);
    }
}
