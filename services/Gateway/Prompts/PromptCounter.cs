using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;
using Millrace.ServiceDefaults.Calls;

namespace Millrace.Gateway.Prompts;

/// <summary>A count of a rendered prompt.</summary>
/// <param name="Tokens">Its tokens, those of the chat template included.</param>
/// <param name="ContextTokensMax">Most tokens of prompt and answer together.</param>
public sealed record PromptCount(int Tokens, int ContextTokensMax);

/// <summary>
/// Counts with a model's own tokenizer, and remembers counts for a while: what a prompt rendered to is found by the hash of tenant, model
/// and all that is in it, so that a prompt that comes again, or shares its examples and passages with another, is not counted twice.
/// </summary>
public sealed class PromptCounter : IDisposable
{
    internal const string LookupsMetric = "millrace.prompt.count.lookups";
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(10);

    private readonly InferencePool _pool;
    private readonly MemoryCache? _cache;
    private readonly Counter<long> _lookups;

    /// <summary>Creates the cache, unless it is turned off.</summary>
    public PromptCounter(InferencePool pool, IOptions<GatewayOptions> options, IMeterFactory meters)
    {
        _pool = pool;
        if (options.Value.PromptCountsMax is > 0 and var entries) _cache = new MemoryCache(new MemoryCacheOptions { SizeLimit = entries });
        _lookups = meters.Create(PoolTelemetry.MeterName).CreateCounter<long>(LookupsMetric, "{count}", "Counts of prompts, by outcome.");
    }

    /// <summary>Counts a prompt.</summary>
    public async Task<PromptCount> CountAsync(string model, BuiltPrompt prompt, CancellationToken cancellationToken)
    {
        var request = new CountTokensRequest { Model = model, Chat = prompt.ToChat() };
        var key = Key(model, request.Chat.ToByteArray());
        if (Find(key) is PromptCount known) return known;
        var answer = await _pool.CountTokensAsync(request, cancellationToken);
        return Keep(key, new PromptCount((int)answer.ChatCount, (int)answer.ContextTokensMax));
    }

    /// <summary>Counts texts by themselves.</summary>
    /// <returns>One count for each.</returns>
    public async Task<IReadOnlyList<int>> CountAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var keys = texts.Select(text => Key(model, Encoding.UTF8.GetBytes(text))).ToList();
        var counts = keys.Select(key => Find(key) as int?).ToArray();
        var missing = Enumerable.Range(0, counts.Length).Where(index => counts[index] is null).ToList();
        if (missing.Count > 0)
        {
            var request = new CountTokensRequest { Model = model, Texts = { missing.Select(index => texts[index]) } };
            var answer = await _pool.CountTokensAsync(request, cancellationToken);
            foreach (var (index, count) in missing.Zip(answer.Counts)) counts[index] = Keep(keys[index], (int)count);
        }

        return [.. counts.Select(count => count ?? 0)];
    }

    /// <inheritdoc/>
    public void Dispose() => _cache?.Dispose();

    private static string Key(string model, byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{CallContext.Current.Tenant}\n{model}\n{content.Length}\n"));
        hash.AppendData(content);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private object? Find(string key)
    {
        object? known = null;
        _cache?.TryGetValue(key, out known);
        _lookups.Add(1, new KeyValuePair<string, object?>("outcome", known is null ? "miss" : "hit"));
        return known;
    }

    private T Keep<T>(string key, T count)
    {
        _cache?.Set(key, count, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = TimeToLive });
        return count;
    }
}
