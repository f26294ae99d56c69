using Millrace.Inference.KvCache;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Engine;

/// <summary>What is done with any runner.</summary>
internal static class SequenceRunnerExtensions
{
    /// <summary>Makes changes of the native cache, in order, all of them whatever becomes of one.</summary>
    /// <returns>Why a state could not be brought back; null when all went well.</returns>
    public static LlamaException? ApplyAll(this ISequenceRunner runner, IReadOnlyList<KvAction> actions)
    {
        LlamaException? failure = null;
        for (var i = 0; i < actions.Count; i++)
        {
            try
            {
                runner.Apply(actions[i]);
            }
            catch (LlamaException error)
            {
                failure = error;
            }
        }

        return failure;
    }
}
