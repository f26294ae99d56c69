using System.Text;
using Millrace.Gateway.Schemas;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Runtime;

/// <summary>
/// Holds an answer to the form that was asked for, as its caller gets it. A choice that ended by itself must be a JSON object where any
/// object was asked for, and fit the schema where that is strict; so must the arguments of calls of strict tools. A choice that was cut off
/// or blocked says so by its finish reason, and one that met a stop string ends where the request wants it: neither is checked.
/// </summary>
internal sealed class AnswerForm
{
    private static readonly JsonSchema AnyObject = JsonSchema.Compile("""{"type": "object"}""");

    private readonly JsonSchema? _schema;
    private readonly Dictionary<string, JsonSchema> _tools;
    private readonly Dictionary<int, StringBuilder> _texts = [];
    private readonly Dictionary<int, CollectedCalls> _calls = [];

    /// <summary>Of the answer to a request, whose schemas its door has checked.</summary>
    public AnswerForm(ChatRequest request)
    {
        _schema = request.ResponseFormat switch
        {
            null or { Schema: not null, Strict: false } => null,
            { Schema: null } => AnyObject,
            { Schema: { } schema } => JsonSchema.Compile(schema),
        };
        _tools = request.Tools.Where(tool => tool is { Strict: true, ParametersSchema.Length: > 0 })
            .ToDictionary(tool => tool.Name, tool => JsonSchema.Compile(tool.ParametersSchema), StringComparer.Ordinal);
    }

    /// <summary>Takes the next event of the answer.</summary>
    /// <exception cref="MillraceException">A choice ended and does not have the form (invalid_answer).</exception>
    public void Take(ChatEvent next)
    {
        if (_schema is null && _tools.Count == 0) return;
        if (next is ChatDelta delta && _schema is not null) In(_texts, delta.Choice).Append(delta.Text);
        else if (next is ChatToolCallDelta call) In(_calls, call.Choice).Add(call);
        else if (next is ChatFinished finished) Check(finished);
    }

    private void Check(ChatFinished finished)
    {
        if (finished is not { Reason: ChatFinishReason.Stop or ChatFinishReason.ToolCalls, Stop: null }) return;
        foreach (var call in In(_calls, finished.Choice).All())
            if (_tools.GetValueOrDefault(call.Name)?.FindViolation(call.Arguments) is { } wrong)
                throw Refusal($"calls the tool '{call.Name}' with arguments that do not fit its schema: {wrong}");
        if (finished.Reason == ChatFinishReason.Stop && _schema?.FindViolation(In(_texts, finished.Choice).ToString()) is { } misfit)
            throw Refusal($"does not have the form that the request asks for: {misfit}");
    }

    private static MillraceException Refusal(string what) =>
        new(Reason.InvalidAnswer, $"The model's answer {what}. Ask again, or choose another model.");

    private static T In<T>(Dictionary<int, T> parts, int choice)
        where T : new()
    {
        if (!parts.TryGetValue(choice, out var part)) parts[choice] = part = new T();
        return part;
    }
}
