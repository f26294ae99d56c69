using Grpc.Core;
using Millrace.ServiceDefaults.Errors;
using Millrace.TestShared;

namespace Millrace.ServiceDefaults.Tests.Errors;

public sealed class ReasonCatalogTests
{
    public static TheoryData<Reason> Reasons => [.. Enum.GetValues<Reason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Info_OfEveryReason_RoundTripsByItsCode(Reason reason)
    {
        var info = reason.Info();

        Assert.Equal(reason, ReasonCatalog.FromCode(info.Code));
        Assert.Matches("^[a-z][a-z_]*$", info.Code);
        Assert.InRange(info.Http, 400, 599);
        Assert.NotEqual(StatusCode.OK, info.Grpc);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void RpcErrors_OfEveryReason_RoundTrip(Reason reason)
    {
        var sent = new MillraceException(reason, "what and how") { Param = "p", RetryAfter = TimeSpan.FromSeconds(2) };

        var received = sent.ToRpcException().ToMillraceException("any");

        Assert.Equal(
            (reason, "what and how", "p", TimeSpan.FromSeconds(2)),
            (received.Reason, received.Message, received.Param, received.RetryAfter));
    }

    [Fact]
    public void Codes_OfAllReasons_AreUnique()
    {
        var codes = Enum.GetValues<Reason>().Select(reason => reason.Info().Code).ToList();

        Assert.Equal(codes.Count, codes.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void FromCode_UnknownCode_IsNothing() => Assert.Null(ReasonCatalog.FromCode("no_such_code"));

    [Theory]
    [InlineData(StatusCode.Unavailable, Reason.UpstreamUnavailable, "cannot be reached")]
    [InlineData(StatusCode.DeadlineExceeded, Reason.DeadlineExceeded, "did not answer in time")]
    [InlineData(StatusCode.Cancelled, Reason.Cancelled, "was cancelled")]
    [InlineData(StatusCode.ResourceExhausted, Reason.QueueFull, "retrieval service failed")]
    [InlineData(StatusCode.DataLoss, Reason.Internal, "retrieval service failed (DataLoss)")]
    public void ToMillraceException_NoReasonNamed_IsDescribedByItsStatus(StatusCode status, Reason reason, string message)
    {
        var error = new RpcException(new Status(status, "secret detail")).ToMillraceException("retrieval");

        Assert.Equal(reason, error.Reason);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToMillraceException_ReasonOfANewerVersion_IsDescribedByItsStatus()
    {
        var trailers = new Metadata { { RpcErrors.ReasonTrailer, "from_the_future" } };

        var error = new RpcException(new Status(StatusCode.Unavailable, ""), trailers).ToMillraceException("retrieval");

        Assert.Equal(Reason.UpstreamUnavailable, error.Reason);
    }

    /// <summary>docs/status-codes.md is what people read; the catalogue is what happens.</summary>
    [Fact]
    public void StatusCodesPage_EveryRow_SaysWhatTheCatalogueSays()
    {
        var documented = File.ReadAllLines(Path.Combine(RepoPaths.Root, "docs", "status-codes.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Count(c => c == '|') == 8)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (Code: cells[1].Trim('`'), Row: $"{cells[2]} {cells[3]} {cells[4].Trim('`')} {cells[5]}"))
            .ToList();

        var catalogued = Enum.GetValues<Reason>().Select(reason => reason.Info())
            .Select(info => (info.Code, Row: $"{Name(info.Grpc)} {info.Http} {info.Type} {(info.Retryable ? "yes" : "no")}"));

        Assert.Equal(
            catalogued.OrderBy(row => row.Code, StringComparer.Ordinal), documented.OrderBy(row => row.Code, StringComparer.Ordinal));
    }

    /// <summary>A status as gRPC's own documents write it: <c>RESOURCE_EXHAUSTED</c>.</summary>
    private static string Name(StatusCode status) => string.Concat(
        status.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));
}
