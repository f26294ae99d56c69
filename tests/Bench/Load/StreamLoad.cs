using System.Diagnostics;
using Grpc.Core;
using Millrace.Bench.Harness;
using Millrace.Contracts.Inference.V1;

namespace Millrace.Bench.Load;

/// <summary>What one stream gave.</summary>
/// <param name="FirstTokenMs">Milliseconds from the call to its first token.</param>
/// <param name="Ids">The tokens.</param>
/// <param name="Text">The text, as it came.</param>
/// <param name="CachedTokens">Prompt tokens that came from the cache.</param>
internal sealed record StreamResult(double FirstTokenMs, IReadOnlyList<int> Ids, string Text, int CachedTokens);

/// <summary>Asks a member for streams, and checks that each is complete and in order.</summary>
internal static class StreamLoad
{
    /// <summary>A greedy request that ends at its last token only.</summary>
    public static GenerateRequest Greedy(int[] prompt, int tokens) => new()
    {
        Tokens = new TokenSequence { Ids = { prompt } },
        Sampling = new SamplingParameters { Temperature = 0 },
        MaxTokens = (uint)tokens,
        IgnoreEnd = true,
    };

    /// <summary>Asks for one stream per prompt, all at once.</summary>
    public static Task<StreamResult[]> RunAsync(
        InferenceService.InferenceServiceClient client, IEnumerable<int[]> prompts, int tokens, CancellationToken cancellationToken) =>
        Task.WhenAll(prompts.Select(
            prompt => Task.Run(() => StreamAsync(client, Greedy(prompt, tokens), cancellationToken), cancellationToken)));

    /// <summary>Reads one stream to its end.</summary>
    /// <exception cref="BenchException">It is not complete, or out of order.</exception>
    public static async Task<StreamResult> StreamAsync(
        InferenceService.InferenceServiceClient client, GenerateRequest request, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var call = client.Generate(request, cancellationToken: cancellationToken);
        var reader = new StreamReading(request);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
            reader.Read(message, Stopwatch.GetElapsedTime(start));
        return reader.Result();
    }

    private sealed class StreamReading(GenerateRequest request)
    {
        private readonly List<int> _ids = [];
        private readonly System.Text.StringBuilder _text = new();
        private GenerationStarted? _started;
        private GenerationFinished? _finished;
        private TimeSpan? _firstToken;

        public void Read(GenerateResponse message, TimeSpan at)
        {
            if (_finished is not null) throw Wrong("it goes on after its end");
            if (message.EventCase == GenerateResponse.EventOneofCase.Started) _started = message.Started;
            else if (_started is null) throw Wrong($"it begins with {message.EventCase}");
            else if (message.EventCase == GenerateResponse.EventOneofCase.Finished) _finished = message.Finished;
            else Add(message.Tokens, at);
        }

        public StreamResult Result()
        {
            if (_finished is null) throw Wrong("it has no end");
            if (_ids.Count != request.MaxTokens || _finished.CompletionTokens != request.MaxTokens)
                throw Wrong($"{_ids.Count} tokens came, {_finished.CompletionTokens} were counted and {request.MaxTokens} were asked for");
            return new(_firstToken!.Value.TotalMilliseconds, _ids, _text.ToString(), (int)_started!.CachedTokens);
        }

        private void Add(TokenBatch batch, TimeSpan at)
        {
            _firstToken ??= at;
            _ids.AddRange(batch.Tokens.Select(token => token.Id));
            _text.Append(batch.Text);
        }

        private static BenchException Wrong(string how) => new($"A stream is not what was asked for: {how}.");
    }
}
