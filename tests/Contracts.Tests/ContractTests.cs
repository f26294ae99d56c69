using Google.Protobuf;
using Google.Protobuf.Reflection;
using Millrace.TestShared;

namespace Millrace.Contracts.Tests;

public sealed class ContractTests
{
    private const string AcceptVariable = "MILLRACE_ACCEPT_CONTRACTS";

    private static readonly string Committed = Path.Combine(RepoPaths.Root, "protos", "v1.descriptors.pb");

    /// <summary>
    /// The committed descriptors are what was promised. After an addition, run this test once with MILLRACE_ACCEPT_CONTRACTS=1 and commit
    /// the file; it refuses to accept a breaking change.
    /// </summary>
    [Fact]
    public void Contracts_ComparedWithTheCommittedOnes_BreakNothing()
    {
        var current = Current();
        var promised = FileDescriptorSet.Parser.ParseFrom(File.ReadAllBytes(Committed));

        Assert.Empty(BreakingChanges.Between(promised, current));

        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1") File.WriteAllBytes(Committed, current.ToByteArray());
        else
            Assert.True(
                promised.Equals(current), $"The contracts grew. Run this test once with {AcceptVariable}=1 and commit {Committed}.");
    }

    [Fact]
    public void Between_FieldRemoved_IsBreaking() => AssertBreaking(message => message.Field.RemoveAt(0));

    [Fact]
    public void Between_FieldOfAnotherType_IsBreaking() =>
        AssertBreaking(message => message.Field[0].Type = FieldDescriptorProto.Types.Type.Bytes);

    [Fact]
    public void Between_FieldRenumbered_IsBreaking() => AssertBreaking(message => message.Field[0].Number = 999);

    [Fact]
    public void Between_FieldAdded_IsAllowed()
    {
        var after = Current().Clone();
        after.File[0].MessageType[0].Field.Add(new FieldDescriptorProto { Name = "new", Number = 999 });

        Assert.Empty(BreakingChanges.Between(Current(), after));
    }

    private static void AssertBreaking(Action<DescriptorProto> change)
    {
        var after = Current().Clone();
        change(after.File.SelectMany(file => file.MessageType).First(message => message.Field.Count > 0));

        Assert.NotEmpty(BreakingChanges.Between(Current(), after));
    }

    private static FileDescriptorSet Current() => new()
    {
        File =
        {
            new[]
            {
                Embedding.V1.EmbeddingReflection.Descriptor,
                Gateway.V1.GatewayReflection.Descriptor,
                Guardrails.V1.GuardrailsReflection.Descriptor,
                Health.V1.HealthReflection.Descriptor,
                Inference.V1.InferenceReflection.Descriptor,
                Retrieval.V1.RetrievalReflection.Descriptor,
                Sessions.V1.SessionsReflection.Descriptor,
            }.Select(descriptor => descriptor.ToProto()),
        },
    };
}
