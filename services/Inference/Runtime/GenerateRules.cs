using System.Text;
using Millrace.Inference.Configuration;
using Millrace.Inference.Engine;
using Millrace.Inference.Models;
using Millrace.Inference.Prompting;
using Millrace.Inference.Sampling;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Runtime;

/// <summary>Turns what a caller asked for into what an engine takes, and refuses what is out of range by the name of the field.</summary>
internal sealed class GenerateRules(InferenceOptions options)
{
    private const int TopLogprobsMax = 20;
    private const int PrefixKeysMax = 64;
    private const int SaltBytesMax = 1024;

    /// <summary>Checks a command against a model.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/> or <see cref="Reason.ContextLengthExceeded"/>.</exception>
    public GenerationRequest Check(GenerateCommand command, LoadedModel model)
    {
        CheckStop(command.Stop);
        CheckChoices(command.ChoiceCount);
        CheckLogprobs(command);
        CheckPrefix(command);
        SamplingRules.Check(command.Sampling, model.Vocabulary.Size);
        var prompt = model.Tokenizer.Tokenize(command.Prompt ?? throw NoPrompt());
        CheckLength(prompt.Count, model);
        return new GenerationRequest
        {
            Prompt = prompt,
            Sampling = command.Sampling,
            CompletionTokensMax = command.CompletionTokensMax == 0 ? null : command.CompletionTokensMax,
            Stop = command.Stop,
            ChoiceCount = Math.Max(1, command.ChoiceCount),
            Logprobs = new LogprobRequest(command.Logprobs, command.TopLogprobs),
            Class = command.Class,
            FairnessKey = command.FairnessKey,
            CacheSalt = command.CacheSalt,
            PrefixKeys = command.PrefixKeys,
            Echo = command.Echo,
            IgnoreEnd = command.IgnoreEnd,
            Deadline = command.Deadline,
        };
    }

    private static MillraceException NoPrompt() =>
        MillraceException.InvalidArgument("prompt", "The request has no prompt: set one of `text`, `tokens` and `chat`.");

    private void CheckStop(IReadOnlyList<string> stop)
    {
        if (stop.Count > options.StopStringsMax)
            throw MillraceException.InvalidArgument("stop", $"There are {stop.Count} stop strings; use at most {options.StopStringsMax}.");
        for (var i = 0; i < stop.Count; i++)
        {
            var bytes = Encoding.UTF8.GetByteCount(stop[i]);
            if (bytes == 0 || bytes > options.StopStringBytesMax)
                throw MillraceException.InvalidArgument(
                    $"stop[{i}]", $"stop[{i}] has {bytes} bytes; use 1 to {options.StopStringBytesMax}.");
        }
    }

    private void CheckChoices(int count)
    {
        if (count < 0 || count > options.ChoicesMax)
            throw MillraceException.InvalidArgument("choice_count", $"choice_count is {count}; use 1 to {options.ChoicesMax}.");
    }

    private static void CheckLogprobs(GenerateCommand command)
    {
        if (command.TopLogprobs is < 0 or > TopLogprobsMax)
            throw MillraceException.InvalidArgument("top_logprobs", $"top_logprobs is {command.TopLogprobs}; use 0 to {TopLogprobsMax}.");
        if (command.TopLogprobs > 0 && !command.Logprobs)
            throw MillraceException.InvalidArgument("top_logprobs", "top_logprobs needs logprobs: set logprobs to true.");
    }

    private static void CheckPrefix(GenerateCommand command)
    {
        if (command.PrefixKeys.Count > PrefixKeysMax)
            throw MillraceException.InvalidArgument(
                "prefix_keys", $"There are {command.PrefixKeys.Count} prefix keys; send at most {PrefixKeysMax}.");
        if (command is { Echo: true, Prompt: ChatPrompt })
            throw MillraceException.InvalidArgument("echo", "echo is for prompts of text or tokens, not for chats.");
        if (Encoding.UTF8.GetByteCount(command.CacheSalt) > SaltBytesMax)
            throw MillraceException.InvalidArgument("cache_salt", $"cache_salt is too long; use at most {SaltBytesMax} bytes.");
    }

    private static void CheckLength(int tokens, LoadedModel model)
    {
        if (tokens == 0) throw MillraceException.InvalidArgument("prompt", "The prompt has no tokens: send some text.");
        var context = model.Engine.ContextTokens;
        if (tokens < context) return;
        throw new MillraceException(
            Reason.ContextLengthExceeded,
            $"The prompt has {tokens} tokens; '{model.Name}' takes {context}, of which at least one is for the answer. "
            + $"Shorten the prompt by {tokens - context + 1} tokens.")
        {
            Param = "prompt",
        };
    }
}
