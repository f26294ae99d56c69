using System.Collections.Frozen;
using Grpc.Core;

namespace Millrace.ServiceDefaults.Errors;

/// <summary>What a reason becomes at each border of the platform.</summary>
/// <param name="Code">The machine-readable name: the OpenAI <c>code</c>, the gRPC trailer and the metric label.</param>
/// <param name="Grpc">The gRPC status.</param>
/// <param name="Http">The HTTP status.</param>
/// <param name="Type">The OpenAI <c>type</c>.</param>
/// <param name="Retryable">Whether the same request can succeed later without a change.</param>
public sealed record ReasonInfo(string Code, StatusCode Grpc, int Http, string Type, bool Retryable);

/// <summary>The one table from reasons to statuses; docs/status-codes.md is checked against it by a test.</summary>
public static class ReasonCatalog
{
    private const string InvalidRequest = "invalid_request_error";
    private const string Server = "server_error";

    private static readonly FrozenDictionary<Reason, ReasonInfo> Table = new Dictionary<Reason, ReasonInfo>
    {
        [Reason.Internal] = new("internal_error", StatusCode.Internal, 500, Server, Retryable: false),
        [Reason.InvalidArgument] = new("invalid_argument", StatusCode.InvalidArgument, 400, InvalidRequest, Retryable: false),
        [Reason.UnsupportedParameter] = new("unsupported_parameter", StatusCode.InvalidArgument, 400, InvalidRequest, Retryable: false),
        [Reason.ContextLengthExceeded] = new("context_length_exceeded", StatusCode.InvalidArgument, 400, InvalidRequest, Retryable: false),
        [Reason.GuardrailBlocked] = new("guardrail_blocked", StatusCode.InvalidArgument, 400, InvalidRequest, Retryable: false),
        [Reason.RouteNotFound] = new("route_not_found", StatusCode.Unimplemented, 404, InvalidRequest, Retryable: false),
        [Reason.MethodNotAllowed] = new("method_not_allowed", StatusCode.Unimplemented, 405, InvalidRequest, Retryable: false),
        [Reason.ModelNotFound] = new("model_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.CollectionNotFound] = new("collection_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.DocumentNotFound] = new("document_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.FileNotFound] = new("file_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.BatchNotFound] = new("batch_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.JobNotFound] = new("job_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.RequestNotFound] = new("request_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.ConversationNotFound] = new("conversation_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.MessageNotFound] = new("message_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.ResponseNotFound] = new("response_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.PrefixNotFound] = new("prefix_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.PolicyNotFound] = new("policy_not_found", StatusCode.NotFound, 404, InvalidRequest, Retryable: false),
        [Reason.AlreadyExists] = new("already_exists", StatusCode.AlreadyExists, 409, InvalidRequest, Retryable: false),
        [Reason.IdempotencyConflict] = new("idempotency_conflict", StatusCode.AlreadyExists, 409, InvalidRequest, Retryable: false),
        [Reason.PayloadTooLarge] = new("payload_too_large", StatusCode.InvalidArgument, 413, InvalidRequest, Retryable: false),
        [Reason.UnsupportedMediaType] = new("unsupported_media_type", StatusCode.InvalidArgument, 415, InvalidRequest, Retryable: false),
        [Reason.Unauthenticated] = new("invalid_api_key", StatusCode.Unauthenticated, 401, "authentication_error", Retryable: false),
        [Reason.PermissionDenied] = new("permission_denied", StatusCode.PermissionDenied, 403, "permission_error", Retryable: false),
        [Reason.RateLimited] = new("rate_limited", StatusCode.ResourceExhausted, 429, "rate_limit_error", Retryable: true),
        [Reason.BudgetExceeded] = new("budget_exceeded", StatusCode.ResourceExhausted, 429, "insufficient_quota", Retryable: false),
        [Reason.QueueFull] = new("queue_full", StatusCode.ResourceExhausted, 429, "rate_limit_error", Retryable: true),
        [Reason.ModelUnavailable] = new("model_unavailable", StatusCode.Unavailable, 503, Server, Retryable: true),
        [Reason.Draining] = new("draining", StatusCode.Unavailable, 503, Server, Retryable: true),
        [Reason.UpstreamUnavailable] = new("upstream_unavailable", StatusCode.Unavailable, 503, Server, Retryable: true),
        [Reason.InvalidAnswer] = new("invalid_answer", StatusCode.Aborted, 502, Server, Retryable: true),
        [Reason.DeadlineExceeded] = new("deadline_exceeded", StatusCode.DeadlineExceeded, 504, Server, Retryable: true),
        [Reason.RequestTimeout] = new("request_timeout", StatusCode.Aborted, 408, InvalidRequest, Retryable: true),
        [Reason.Cancelled] = new("cancelled", StatusCode.Cancelled, 499, InvalidRequest, Retryable: false),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Reason> ByCode =
        Table.ToFrozenDictionary(entry => entry.Value.Code, entry => entry.Key, StringComparer.Ordinal);

    /// <summary>What <paramref name="reason"/> becomes at each border.</summary>
    public static ReasonInfo Info(this Reason reason) => Table[reason];

    /// <summary>The reason with this code, or null when there is none.</summary>
    public static Reason? FromCode(string code) => ByCode.TryGetValue(code, out var reason) ? reason : null;

    /// <summary>The reason that fits a bare gRPC status best, for answers of servers that name no reason.</summary>
    public static Reason FromStatus(StatusCode status) => status switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition => Reason.InvalidArgument,
        StatusCode.Unauthenticated => Reason.Unauthenticated,
        StatusCode.PermissionDenied => Reason.PermissionDenied,
        StatusCode.AlreadyExists => Reason.AlreadyExists,
        StatusCode.ResourceExhausted => Reason.QueueFull,
        StatusCode.Unavailable => Reason.UpstreamUnavailable,
        StatusCode.DeadlineExceeded => Reason.DeadlineExceeded,
        StatusCode.Cancelled => Reason.Cancelled,
        _ => Reason.Internal,
    };
}
