using Millrace.Contracts.Retrieval.V1;
using Millrace.Gateway.Retrieval;

namespace Millrace.Gateway.QueryWriting;

/// <summary>What is searched for.</summary>
/// <param name="Question">The question, by itself.</param>
/// <param name="Variants">Other wordings of it.</param>
/// <param name="Vector">The question's vector; null when Retrieval makes its own, or when keywords alone must do.</param>
public sealed record WrittenQuery(string Question, IReadOnlyList<QueryVariant> Variants, QueryVector? Vector);
