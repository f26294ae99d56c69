using System.Security.Cryptography;
using System.Threading.Channels;
using Millrace.Inference.Sampling;
using Millrace.Inference.Scheduling;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Engine;

/// <summary>
/// One request in an engine. The engine's thread owns it and writes its events; its consumer reads them and may cancel it.
/// </summary>
internal sealed class Generation
{
    private readonly Channel<GenerationEvent> _events;
    private volatile bool _cancelled;
    private bool _started;
    private int _choicesLeft;

    /// <summary>Creates a generation.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="completionTokensMax">Tokens that each choice can have at most.</param>
    /// <param name="arrivedAt">Timestamp of its arrival.</param>
    /// <param name="endsAt">When it is ended in any case.</param>
    public Generation(GenerationRequest request, int completionTokensMax, long arrivedAt, DateTimeOffset endsAt)
    {
        Request = request;
        CompletionTokensMax = completionTokensMax;
        ArrivedAt = arrivedAt;
        EndsAt = endsAt;
        Seed = request.Sampling.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _choicesLeft = request.ChoiceCount;

        // The engine never waits for a consumer: the channel has room for every event that there can be, and is no larger than what was
        // asked for.
        _events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(1 + (request.ChoiceCount * (completionTokensMax + 2)))
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
    public bool IsCancelled => _cancelled;

    /// <summary>Whether nothing more will happen to it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Nobody reads on: its slots are free one step later. May be called from any thread, at any time, repeatedly.</summary>
    public void Cancel() => _cancelled = true;

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
        Write(new PromptEvaluated(Request.Prompt.Count, queueTime, firstTokenTime, Seed));
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
    public void End(MillraceException? error)
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
        };
        var sampler = new Sampler(Request.Sampling, Request.Logprobs, new RandomSource(Seed, index), scratch);
        return new Choice(this, index, sequence, sampler);
    }
}
