using System.Text.Json.Nodes;

namespace Millrace.Gateway.Explaining;

/// <summary>One decision on the way of a request. It has names, numbers and reasons, and no text of prompts, passages or answers.</summary>
/// <param name="Step">The step that decided, such as <c>retrieve</c>.</param>
/// <param name="Decided">What was decided, in a word or two, such as <c>allow</c>.</param>
/// <param name="At">When, counted from the request's arrival.</param>
/// <param name="Facts">What it was decided from.</param>
public sealed record Decision(string Step, string Decided, TimeSpan At, JsonObject Facts);
