using Grpc.Core;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Retrieval.Index.Qdrant;

/// <summary>What went wrong on the way to the server or there, in words for who asked.</summary>
internal static class QdrantErrors
{
    /// <summary>Whether the same call may well succeed a little later: nobody answered in time, or the connection broke.</summary>
    public static bool IsTransient(Exception error) => error switch
    {
        TimeoutException => true,
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded } => true,
        // Who gave up is known before this is asked: what is left is a connection that broke within the call.
        RpcException { StatusCode: StatusCode.Cancelled } => true,
        RpcException { StatusCode: StatusCode.Internal } broken => broken.Status.DebugException is not null,
        _ => false,
    };

    /// <summary>The refusal or failure that a caller is told of.</summary>
    /// <param name="error">What the client threw.</param>
    /// <param name="operation">What was asked for, such as <c>query</c>.</param>
    /// <param name="retryAfter">When it is worth to try again.</param>
    public static MillraceException From(Exception error, string operation, TimeSpan retryAfter)
    {
        if (IsTransient(error))
            return Unavailable(
                $"The vector store (Qdrant) does not answer ({operation}). Documents that are uploaded meanwhile are kept, and found when "
                + "it is back. See that the server runs and that ConnectionStrings:qdrant names its gRPC port.", error, retryAfter);
        return error is RpcException answer ? From(answer, operation, retryAfter) : new MillraceException(
            Reason.Internal, $"The vector store (Qdrant) failed ({operation}).", error);
    }

    private static MillraceException From(RpcException error, string operation, TimeSpan retryAfter) => error.StatusCode switch
    {
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => Unavailable(
            "The vector store (Qdrant) refused the API key. Set the right one as Key=... in ConnectionStrings:qdrant.", error, null),
        StatusCode.NotFound => Unavailable(
            "The vector store (Qdrant) has no index of this collection any more. It is made again and filled from the documents; try again "
            + "in a moment.", error, retryAfter),
        StatusCode.InvalidArgument when IsAboutDimension(error) => MillraceException.InvalidArgument(
            "vector", "The vector has another length than those of the index. Embed it with the collection's own model."),
        StatusCode.InvalidArgument or StatusCode.Unimplemented => new MillraceException(
            Reason.Internal, $"The vector store (Qdrant) does not understand what it was asked ({operation}).", error),
        _ => Unavailable($"The vector store (Qdrant) failed ({operation}).", error, retryAfter),
    };

    private static bool IsAboutDimension(RpcException error) =>
        error.Status.Detail.Contains("dimension", StringComparison.OrdinalIgnoreCase);

    private static MillraceException Unavailable(string message, Exception error, TimeSpan? retryAfter) =>
        new(Reason.UpstreamUnavailable, message, error) { RetryAfter = retryAfter };
}
