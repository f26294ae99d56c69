using Millrace.Contracts.Inference.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Inference.Runtime;

/// <summary>What only models behind an upstream can do: it is refused by name for those that run here.</summary>
internal static class LocalRules
{
    /// <summary>Refuses what a model that runs here cannot do.</summary>
    /// <exception cref="MillraceException"><see cref="Reason.InvalidArgument"/>.</exception>
    public static void CheckLocal(GenerateRequest request)
    {
        if (request.Tools.Count > 0) throw NoTools("tools");
        if (request.ToolChoice is { Mode: ToolMode.Required or ToolMode.Named }) throw NoTools("tool_choice");
        if (request.ResponseFormat is not null)
            throw MillraceException.InvalidArgument(
                "response_format",
                "The model runs on llama.cpp here, which promises no form: leave response_format out, or use a model behind an upstream.");
        for (var i = 0; i < (request.Chat?.Messages.Count ?? 0); i++)
            if (request.Chat?.Messages[i].ToolCalls.Count > 0)
                throw NoTools($"chat.messages[{i}].tool_calls");
    }

    private static MillraceException NoTools(string param) => MillraceException.InvalidArgument(
        param, $"The model runs on llama.cpp here, which calls no tools: leave {param} out, or use a model behind an upstream.");
}
