using Millrace.Gateway.Prompts;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Guarding;

/// <summary>Words in the operator's instructions that stand nowhere else: an answer with them in it repeats the instructions.</summary>
internal static class Canary
{
    /// <summary>Puts it at the end of the instructions; a prompt without any stays as it is.</summary>
    public static BuiltPrompt AddTo(BuiltPrompt prompt, ChatRun run)
    {
        if (run.Guard.Canary.Length == 0 || prompt.Turns is not [{ Role: ChatRole.System } instructions, ..]) return prompt;
        var marked = instructions with { Content = $"{instructions.Content}\n\n{run.Guard.CanaryInstruction}" };
        return prompt with { Turns = [marked, .. prompt.Turns.Skip(1)] };
    }
}
