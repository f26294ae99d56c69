using Millrace.Gateway.Citations;
using Millrace.Gateway.Runtime;

namespace Millrace.Gateway.Streaming;

/// <summary>What the <c>millrace</c> object of an answer says.</summary>
/// <param name="Report">How the answer came about.</param>
/// <param name="Citations">The sources of all its choices.</param>
internal sealed record AnswerReport(ChatReport Report, IReadOnlyList<Citation> Citations);
