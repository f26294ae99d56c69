using Grpc.Net.Client;
using Millrace.Contracts.Inference.V1;
using Millrace.Gateway.Inference;
using Millrace.Gateway.Tests.Fakes;
using Millrace.TestShared;

namespace Millrace.Gateway.Tests.Inference;

public sealed class PoolMemberTests : IDisposable
{
    private readonly GrpcChannel _nowhere = GrpcChannel.ForAddress("http://127.0.0.1:1");

    [Fact]
    public void Report_OwnAndOthersWork_IsCountedOnce()
    {
        var member = NewMember();
        using var one = member.Enter([]);
        using (member.Enter([]))
        {
            // Two of the five are ours.
            member.Report(FakeInference.StatusOf([], slotsUsed: 4, queueDepth: 1), askedAt: 0, inFlightMax: 2);
            Assert.Equal(5, member.Load);
        }

        Assert.Equal((4, 1), (member.Load, member.InFlight));

        // A report older than our own calls does not make the load negative.
        member.Report(FakeInference.StatusOf([]), askedAt: 0, inFlightMax: 1);
        Assert.Equal(1, member.Load);
    }

    [Fact]
    public void Report_Nonsense_MakesTheMemberBusyAndNothingElse()
    {
        var member = NewMember();
        using var own = member.Enter([1]);

        member.Report(FakeInference.StatusOf([0, 0, ulong.MaxValue], uint.MaxValue, uint.MaxValue), askedAt: long.MaxValue, inFlightMax: 0);

        Assert.InRange(member.Load, 2, int.MaxValue);
        Assert.Equal((1, 1), (member.Look([1]).MatchedKeys, member.Look([ulong.MaxValue]).MatchedKeys));
    }

    public void Dispose() => _nowhere.Dispose();

    private PoolMember NewMember() =>
        new("inference-1", new InferenceService.InferenceServiceClient(_nowhere), new ManualTimeProvider(), new PoolOptions());
}
