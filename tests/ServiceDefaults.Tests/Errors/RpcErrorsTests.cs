using Grpc.Core;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.ServiceDefaults.Tests.Errors;

public sealed class RpcErrorsTests
{
    [Fact]
    public void ToMillraceException_ConnectionThatEndedWithinAnAnswer_IsAServiceThatIsAway()
    {
        var ended = new HttpIOException(HttpRequestError.ResponseEnded);
        var status = new Status(StatusCode.Internal, "Error reading next message.", new InvalidDataException("read", ended));
        var error = new RpcException(status);

        var refusal = error.ToMillraceException("guardrails");

        Assert.Equal(Reason.UpstreamUnavailable, refusal.Reason);
        Assert.Contains("guardrails", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToMillraceException_InternalOfTheServiceItself_IsADefect()
    {
        var error = new RpcException(new Status(StatusCode.Internal, "It broke."));

        Assert.Equal(Reason.Internal, error.ToMillraceException("guardrails").Reason);
    }
}
