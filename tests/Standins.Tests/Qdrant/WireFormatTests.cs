using Google.Protobuf.Reflection;
using Qdrant.Client.Grpc;

namespace Millrace.Standins.Tests.Qdrant;

/// <summary>Every message, field, enum value and call of the client is in Qdrant's published wire format, as it is there.</summary>
public sealed class WireFormatTests
{
    private static readonly HashSet<string> Ours = [.. Files().Select(file => file.ToProto()).SelectMany(Facts)];

    [PublishedFormatFact]
    public void Client_ComparedWithThePublishedFormat_HasNothingElse()
    {
        var published = PublishedFormat.Read(PublishedFormat.Folder!).SelectMany(Facts).ToHashSet();

        Assert.Contains("field QueryPoints.prefetch = 2: Repeated Message .qdrant.PrefetchQuery", published);
        Assert.Empty(Ours.Except(published).Order());
    }

    [Fact]
    public void Facts_OfTheClient_NameCallsFieldsAndValues()
    {
        Assert.Contains("call Points/Query: .qdrant.QueryPoints -> .qdrant.QueryResponse", Ours);
        Assert.Contains("field QueryPoints.prefetch = 2: Repeated Message .qdrant.PrefetchQuery", Ours);
        Assert.Contains("field Query.fusion = 6: Optional Enum .qdrant.Fusion in variant", Ours);
        Assert.Contains("field PointStruct.PayloadEntry.key = 1: Optional String ", Ours);
        Assert.Contains("field DatetimeRange.gte = 3: Optional Message .google.protobuf.Timestamp or absent", Ours);
        Assert.Contains("call Points/OverwritePayload: .qdrant.SetPayloadPoints -> .qdrant.PointsOperationResponse", Ours);
        Assert.Contains("value Fusion.RRF = 0", Ours);
    }

    private static IEnumerable<FileDescriptor> Files() =>
        new[]
        {
            QdrantReflection.Descriptor, CollectionsServiceReflection.Descriptor, PointsServiceReflection.Descriptor,
        }.SelectMany(WithDependencies).DistinctBy(file => file.Name).Where(file => file.Package == "qdrant");

    private static IEnumerable<FileDescriptor> WithDependencies(FileDescriptor file) =>
        file.Dependencies.SelectMany(WithDependencies).Append(file);

    private static IEnumerable<string> Facts(FileDescriptorProto file) =>
    [
        .. file.MessageType.SelectMany(message => Facts(message, message.Name)),
        .. file.EnumType.SelectMany(type => type.Value.Select(value => $"value {type.Name}.{value.Name} = {value.Number}")),
        .. file.Service.SelectMany(service => service.Method.Select(
            call => $"call {service.Name}/{call.Name}: {call.InputType} -> {call.OutputType}")),
    ];

    private static IEnumerable<string> Facts(DescriptorProto message, string name) =>
    [
        $"message {name}",
        .. message.Field.Select(field => $"field {name}.{field.Name} = {field.Number}: {TypeOf(field)}{ChoiceOf(message, field)}"),
        .. message.NestedType.SelectMany(nested => Facts(nested, $"{name}.{nested.Name}")),
    ];

    private static string TypeOf(FieldDescriptorProto field) => $"{field.Label} {field.Type} {field.TypeName}";

    private static string ChoiceOf(DescriptorProto message, FieldDescriptorProto field) => field switch
    {
        { Proto3Optional: true } => " or absent",
        { HasOneofIndex: true } => $" in {message.OneofDecl[field.OneofIndex].Name}",
        _ => "",
    };
}
