using Millrace.Contracts.Inference.V1;

namespace Millrace.Upstreams;

/// <summary>
/// Puts what an upstream sends into the contract's order. Choices finish when the whole answer is complete, because only then their
/// token counts are known. Where an API tells the prompt's tokens only at the end, <c>started</c> has none, and a second one, just before
/// the first <c>finished</c>, has them: who adds them up counts right.
/// </summary>
internal sealed class AnswerBuilder(string model, GenerateRequest request, TimeProvider time)
{
    private const int ToolCallsMax = 128;

    private readonly long _start = time.GetTimestamp();
    private readonly ChoiceState[] _choices =
        [.. Enumerable.Range(0, Math.Max(1, (int)request.ChoiceCount)).Select(_ => new ChoiceState())];

    private List<GenerateResponse> _output = [];
    private List<GenerateResponse> _taken = [];
    private GenerationStarted? _started;
    private long _firstPiece;
    private TokenUsage? _usage;

    /// <summary>Whether the model has begun to work: whatever comes now, the wait for the first token is over.</summary>
    public bool HasProgress { get; private set; }

    /// <summary>Whether everything was said.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether token counts were reported that cannot be.</summary>
    public bool HadBadUsage { get; private set; }

    /// <summary>Whether every choice has its finish reason.</summary>
    public bool AllFinished => Array.TrueForAll(_choices, choice => choice.Reason != FinishReason.Unspecified);

    /// <summary>Whether there is something that is worth passing on.</summary>
    public bool HasOutput => IsComplete || _output.Exists(response => response.Started is null);

    /// <summary>Takes out what is there; the list is valid until the next time.</summary>
    public IReadOnlyList<GenerateResponse> Take()
    {
        (_output, _taken) = (_taken, _output);
        _output.Clear();
        return _taken;
    }

    /// <summary>The answer begins; told again, nothing happens.</summary>
    public void Start(TokenUsage? usage = null)
    {
        if (_started is not null) return;
        _started = new GenerationStarted { Model = model, Seed = request.Sampling?.Seed ?? 0 };
        if (usage is { IsPlausible: true })
        {
            _started.PromptTokens = (uint)usage.PromptTokens;
            _started.CachedTokens = (uint)usage.CachedTokens;
        }

        _output.Add(new GenerateResponse { Started = _started });
    }

    /// <summary>The model works, and what it does has no place in the contract, such as its reasoning.</summary>
    public void Progress()
    {
        if (HasProgress) return;
        HasProgress = true;
        _firstPiece = time.GetTimestamp();
    }

    /// <summary>Text, and the tokens behind it.</summary>
    /// <exception cref="SseException">There is no such choice, or it has finished.</exception>
    public void AddText(int choice, string text, IReadOnlyList<GeneratedToken>? tokens = null)
    {
        if (text.Length == 0 && tokens is not { Count: > 0 }) return;
        var batch = Piece(choice, tokens?.Count ?? 1);
        batch.Text = text;
        if (tokens is not null) batch.Tokens.AddRange(tokens);
    }

    /// <summary>A piece of a tool call. Identifier and name go with the first piece, however often the upstream repeats them.</summary>
    /// <exception cref="SseException">There is no such choice, it has finished, or it makes too many calls.</exception>
    public void AddToolCall(int choice, ToolCallDelta delta)
    {
        if (delta.Index >= ToolCallsMax) throw new SseException($"it made more than {ToolCallsMax} tool calls");
        var batch = Piece(choice, 1);
        if (!_choices[choice].BeginCall(delta.Index)) (delta.Id, delta.Name) = ("", "");
        else if (delta.Id.Length == 0) delta.Id = $"call_{Guid.NewGuid():N}";
        batch.ToolCalls.Add(delta);
    }

    /// <summary>A choice ends; told again, the first reason counts.</summary>
    /// <exception cref="SseException">There is no such choice.</exception>
    public void Finish(int choice, FinishReason reason, string stop = "")
    {
        Start();
        Progress();
        var state = Choice(choice);
        if (state.Reason != FinishReason.Unspecified) return;
        state.Reason = reason == FinishReason.Stop && state.HasCalls ? FinishReason.ToolCalls : reason;
        state.Stop = stop;
        state.FinishedAt = time.GetTimestamp();
    }

    /// <summary>The tokens of the whole answer.</summary>
    public void SetUsage(TokenUsage usage)
    {
        if (usage.IsPlausible) _usage = usage;
        else HadBadUsage = true;
    }

    /// <summary>Nothing more comes: all choices finish.</summary>
    /// <exception cref="SseException">One has no finish reason.</exception>
    public void Complete()
    {
        if (!AllFinished) throw new SseException("it ended without saying why");
        AddLateUsage();
        var tokens = Shares();
        for (var i = 0; i < _choices.Length; i++) _output.Add(new GenerateResponse { Finished = Finished(i, tokens[i]) });
        IsComplete = true;
    }

    private void AddLateUsage()
    {
        if (_started is not { PromptTokens: 0 }) return;
        var late = _started.Clone();
        late.PromptTokens = (uint)(_usage?.PromptTokens ?? TokenEstimate.Of(request));
        late.CachedTokens = (uint)(_usage?.CachedTokens ?? 0);
        _output.Add(new GenerateResponse { Started = late });
    }

    /// <summary>Upstreams count the tokens of all choices together: each gets its part, in proportion to its pieces.</summary>
    private long[] Shares()
    {
        long[] pieces = [.. _choices.Select(choice => choice.Pieces)];
        if (_usage is not { } usage) return pieces;
        var (left, weight) = (usage.CompletionTokens, pieces.Sum());
        for (var i = 0; i < pieces.Length; i++)
        {
            var isLast = i == pieces.Length - 1 || weight == 0;
            var share = isLast ? left : left * pieces[i] / weight;
            weight -= pieces[i];
            left -= share;
            pieces[i] = share;
        }

        return pieces;
    }

    private GenerationFinished Finished(int index, long tokens)
    {
        var choice = _choices[index];
        return new GenerationFinished
        {
            ChoiceIndex = (uint)index,
            Reason = choice.Reason,
            Stop = choice.Stop,
            CompletionTokens = (uint)tokens,
            PrefillMs = (float)time.GetElapsedTime(_start, _firstPiece).TotalMilliseconds,
            DecodeMs = (float)time.GetElapsedTime(_firstPiece, choice.FinishedAt).TotalMilliseconds,
        };
    }

    private TokenBatch Piece(int choice, int count)
    {
        Start();
        Progress();
        var state = Choice(choice);
        if (state.Reason != FinishReason.Unspecified) throw new SseException("it went on after it had finished");
        state.Pieces += count;
        var batch = new TokenBatch { ChoiceIndex = (uint)choice };
        _output.Add(new GenerateResponse { Tokens = batch });
        return batch;
    }

    private ChoiceState Choice(int index) => (uint)index < (uint)_choices.Length
        ? _choices[index]
        : throw new SseException("it answered with more choices than were asked for");

    private sealed class ChoiceState
    {
        private HashSet<uint>? _calls;

        public FinishReason Reason { get; set; }

        public string Stop { get; set; } = "";

        public long Pieces { get; set; }

        public long FinishedAt { get; set; }

        public bool HasCalls => _calls is not null;

        /// <summary>Whether nothing of this call has come before.</summary>
        public bool BeginCall(uint index) => (_calls ??= []).Add(index);
    }
}

/// <summary>Token counts as an upstream reports them.</summary>
/// <param name="PromptTokens">Of the prompt, cached ones included.</param>
/// <param name="CachedTokens">How many of those came from a cache.</param>
/// <param name="CompletionTokens">Of all choices together.</param>
internal sealed record TokenUsage(long PromptTokens, long CachedTokens, long CompletionTokens)
{
    /// <summary>Whether these can be counts of one request.</summary>
    public bool IsPlausible => IsCount(PromptTokens) && IsCount(CompletionTokens) && CachedTokens >= 0 && CachedTokens <= PromptTokens;

    private static bool IsCount(long value) => value is >= 0 and <= int.MaxValue;
}
