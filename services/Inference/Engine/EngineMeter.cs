namespace Millrace.Inference.Engine;

/// <summary>Counts what an engine does, in all and in the last second.</summary>
internal sealed class EngineMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private const double NewestWeight = 0.05;

    private long _windowStart = time.GetTimestamp();
    private int _windowSteps;
    private int _windowTokens;

    /// <summary>Steps since start.</summary>
    public long Steps { get; private set; }

    /// <summary>Tokens generated since start.</summary>
    public long GeneratedTokens { get; private set; }

    /// <summary>Tokens of prompts since start.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>How many of them were in the cache.</summary>
    public long CachedTokens { get; private set; }

    /// <summary>Steps per second, over the last full second of work.</summary>
    public float StepsPerSecond { get; private set; }

    /// <summary>Tokens generated per second, over the last full second of work.</summary>
    public float TokensPerSecond { get; private set; }

    /// <summary>Sequences of a step, lately.</summary>
    public float BatchSequences { get; private set; }

    /// <summary>A step was run.</summary>
    public void Step(int sequences, int generated, long now)
    {
        Steps++;
        GeneratedTokens += generated;
        _windowSteps++;
        _windowTokens += generated;
        BatchSequences += (float)(NewestWeight * (sequences - BatchSequences));
        if (time.GetElapsedTime(_windowStart, now) >= Window) CloseWindow(now);
    }

    /// <summary>A prompt was computed.</summary>
    public void Prompt(int tokens, int cached)
    {
        PromptTokens += tokens;
        CachedTokens += cached;
    }

    /// <summary>There is nothing to do.</summary>
    public void Rest()
    {
        CloseWindow(time.GetTimestamp());
        (StepsPerSecond, TokensPerSecond) = (0, 0);
    }

    private void CloseWindow(long now)
    {
        var seconds = time.GetElapsedTime(_windowStart, now).TotalSeconds;
        if (seconds > 0) (StepsPerSecond, TokensPerSecond) = ((float)(_windowSteps / seconds), (float)(_windowTokens / seconds));
        (_windowStart, _windowSteps, _windowTokens) = (now, 0, 0);
    }
}
