namespace Millrace.ServiceDefaults.Errors;

/// <summary>
/// The closed set of reasons for which Millrace refuses or fails a request. Each has one gRPC status, one HTTP status and one
/// OpenAI type and code: see <see cref="ReasonCatalog"/> and docs/status-codes.md.
/// </summary>
public enum Reason
{
    /// <summary>A defect of Millrace itself; the details are in the log, under the request's id.</summary>
    Internal = 0,

    /// <summary>A field is missing, has the wrong type or is out of its range.</summary>
    InvalidArgument,

    /// <summary>A parameter of the OpenAI API that this endpoint does not honour.</summary>
    UnsupportedParameter,

    /// <summary>The prompt does not fit into the model's context.</summary>
    ContextLengthExceeded,

    /// <summary>A policy forbids the request.</summary>
    GuardrailBlocked,

    /// <summary>No such route.</summary>
    RouteNotFound,

    /// <summary>The route exists, but not for this HTTP method.</summary>
    MethodNotAllowed,

    /// <summary>No such model or assistant.</summary>
    ModelNotFound,

    /// <summary>No such collection.</summary>
    CollectionNotFound,

    /// <summary>No such document.</summary>
    DocumentNotFound,

    /// <summary>No such file.</summary>
    FileNotFound,

    /// <summary>No such batch.</summary>
    BatchNotFound,

    /// <summary>No such ingestion job.</summary>
    JobNotFound,

    /// <summary>No such conversation.</summary>
    ConversationNotFound,

    /// <summary>There is no explanation of a request with this id.</summary>
    RequestNotFound,

    /// <summary>No such message in the conversation.</summary>
    MessageNotFound,

    /// <summary>No such response.</summary>
    ResponseNotFound,

    /// <summary>No such saved prompt state.</summary>
    PrefixNotFound,

    /// <summary>No such guard policy.</summary>
    PolicyNotFound,

    /// <summary>It exists already, with other settings.</summary>
    AlreadyExists,

    /// <summary>The idempotency key was used for another request.</summary>
    IdempotencyConflict,

    /// <summary>The body or document is larger than allowed.</summary>
    PayloadTooLarge,

    /// <summary>The media type is not one that can be read.</summary>
    UnsupportedMediaType,

    /// <summary>No key, or one that is not known.</summary>
    Unauthenticated,

    /// <summary>The key may not do this.</summary>
    PermissionDenied,

    /// <summary>Too many requests or tokens in a time.</summary>
    RateLimited,

    /// <summary>The budget is spent.</summary>
    BudgetExceeded,

    /// <summary>Too many requests wait already.</summary>
    QueueFull,

    /// <summary>The model is known and cannot be served now.</summary>
    ModelUnavailable,

    /// <summary>The process finishes what it has and takes nothing new.</summary>
    Draining,

    /// <summary>Another service that the request needs did not answer.</summary>
    UpstreamUnavailable,

    /// <summary>The time for the request ran out.</summary>
    DeadlineExceeded,

    /// <summary>The caller went away.</summary>
    Cancelled,

    /// <summary>The model's answer does not have the form that was asked for.</summary>
    InvalidAnswer,

    /// <summary>The request's body did not come in time.</summary>
    RequestTimeout,
}
