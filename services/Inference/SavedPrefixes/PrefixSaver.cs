using System.Text;
using Millrace.Inference.KvCache;
using Millrace.Inference.Models;
using Millrace.Inference.Prompting;
using Millrace.Inference.Runtime;
using Millrace.LlamaCpp;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.SavedPrefixes;

/// <summary>Whose state is meant.</summary>
/// <param name="Model">Name of the model, or <c>model:adapter</c>; empty for the default model.</param>
/// <param name="Salt">Opaque, for example a tenant.</param>
/// <param name="Key">The caller's own name for it.</param>
internal sealed record PrefixName(string Model, string Salt, string Key);

/// <summary>Saves the computed states of prompts to disk and brings them back.</summary>
internal sealed class PrefixSaver(InferenceRuntime runtime, ModelHost models, PrefixStore store)
{
    private const int KeyBytesMax = 256;

    /// <summary>Computes a prompt unless its state is cached, and saves that.</summary>
    /// <returns>Tokens of the prompt, and the size of the file in bytes.</returns>
    /// <exception cref="MillraceException">The prompt is refused, or its state is too large.</exception>
    public async Task<(int Tokens, long Bytes)> SaveAsync(PrefixName name, Prompt? prompt, CancellationToken cancellationToken)
    {
        CheckKey(name.Key);
        using var lease = await LeaseAsync(name.Model, cancellationToken);
        var tokens = (prompt is null ? null : lease.Model.Tokenizer.Tokenize(prompt)) ?? throw NoPrompt();
        CheckLength(tokens.Count);
        await ComputeAsync(name, tokens, cancellationToken);
        var state = await lease.Model.Engine.SaveStateAsync(KeyOf(name, lease), tokens, store.FileBytesMax)
            ?? throw store.TooLarge(store.FileBytesMax);
        return (tokens.Count, store.Save(IdOf(name, lease), new SavedPrefix([.. tokens], state)));
    }

    /// <summary>Puts a saved state back into the cache.</summary>
    /// <returns>Tokens that need not be computed again.</returns>
    /// <exception cref="MillraceException"><see cref="Reason.PrefixNotFound"/>, or there is no room for it now.</exception>
    public async Task<int> RestoreAsync(PrefixName name, CancellationToken cancellationToken)
    {
        CheckKey(name.Key);
        using var lease = await LeaseAsync(name.Model, cancellationToken);
        var id = IdOf(name, lease);
        var saved = await store.FindAsync(id, cancellationToken) ?? throw NotFound();
        try
        {
            if (await lease.Model.Engine.RestoreStateAsync(KeyOf(name, lease), saved.Tokens, saved.State)) return saved.Tokens.Length;
        }
        catch (LlamaException)
        {
            store.Delete(id);
            throw NotFound();
        }

        throw new MillraceException(
            Reason.ModelUnavailable, "Running requests need the whole KV cache now. Try again when the member does less.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    }

    /// <summary>Deletes a saved state, if there is one. What is in the cache stays there until its room is needed.</summary>
    /// <exception cref="MillraceException">There is no such model.</exception>
    public async Task DeleteAsync(PrefixName name, CancellationToken cancellationToken)
    {
        CheckKey(name.Key);
        using var lease = await models.LeaseAsync(name.Model, cancellationToken);
        store.Delete(IdOf(name, lease));
    }

    private static CacheKey KeyOf(PrefixName name, ModelLease lease) => new(lease.AdapterId, name.Salt);

    private static PrefixId IdOf(PrefixName name, ModelLease lease)
    {
        var (model, settings) = (lease.Model, lease.Model.Settings);
        var adapter = lease.AdapterId == 0 ? "" : AdapterOf(model, lease.AdapterId);
        var form = $"{LlamaRuntime.Current.Release} {settings.KeyCacheType} {settings.ValueCacheType} {settings.FlashAttention}";
        return PrefixId.Of($"{model.Fingerprint} {adapter} {form}", name.Salt, name.Key);
    }

    private static string AdapterOf(LoadedModel model, int id)
    {
        var (adapter, scale) = model.Adapters.Get(id);
        return FormattableString.Invariant($"{FileFingerprint.Of(adapter.Path)} {scale:R}");
    }

    private static void CheckKey(string key)
    {
        var bytes = Encoding.UTF8.GetByteCount(key);
        if (bytes is 0 or > KeyBytesMax)
            throw MillraceException.InvalidArgument("key", $"key has {bytes} bytes; use 1 to {KeyBytesMax}.");
    }

    private static void CheckLength(int tokens)
    {
        if (tokens < PrefixCache.SharedTokensMin)
            throw MillraceException.InvalidArgument(
                "prompt", $"The prompt has {tokens} tokens; states are saved of at least {PrefixCache.SharedTokensMin}.");
    }

    private static MillraceException NoPrompt() =>
        MillraceException.InvalidArgument("prompt", "The request has no prompt: set one of `text`, `tokens` and `chat`.");

    private static MillraceException NotFound() => new(
        Reason.PrefixNotFound,
        "There is no saved state of this model, adapter, salt and key, or it was saved by another release. Save it, then restore it.")
    {
        Param = "key",
    };

    private async Task<ModelLease> LeaseAsync(string name, CancellationToken cancellationToken)
    {
        var lease = await models.LeaseAsync(name, cancellationToken);
        if (lease.Model.Engine.KeepsPrefixes) return lease;
        lease.Dispose();
        throw MillraceException.InvalidArgument(
            "model", $"'{lease.Model.Name}' keeps no computed prompts: its prefix cache is off, or the model cannot be cut.");
    }

    /// <summary>One token is generated and thrown away: so the prompt is computed by the way of every other request.</summary>
    private async Task ComputeAsync(PrefixName name, IReadOnlyList<int> tokens, CancellationToken cancellationToken)
    {
        var command = new GenerateCommand
        {
            Model = name.Model,
            Prompt = new TokenPrompt(tokens),
            CompletionTokensMax = 1,
            CacheSalt = name.Salt,
            FairnessKey = name.Salt,
            IgnoreEnd = true,
        };
        await foreach (var _ in runtime.GenerateAsync(command, cancellationToken))
        {
            // Only the state matters.
        }
    }
}
