using Google.Protobuf.Reflection;

namespace Millrace.Contracts.Tests;

/// <summary>
/// What must not happen within v1: a message, field, enum value or method that was there is gone, or means something else on the wire.
/// Adding is always allowed.
/// </summary>
public static class BreakingChanges
{
    /// <summary>Every promise of <paramref name="before"/> that <paramref name="after"/> breaks.</summary>
    public static IEnumerable<string> Between(FileDescriptorSet before, FileDescriptorSet after)
    {
        var promises = Promises(before);
        var kept = Promises(after).ToDictionary(promise => promise.Name, promise => promise.Meaning, StringComparer.Ordinal);
        foreach (var (name, meaning) in promises)
        {
            if (!kept.TryGetValue(name, out var now)) yield return $"{name} is gone";
            else if (now != meaning) yield return $"{name} was {meaning} and is {now}";
        }
    }

    private static IEnumerable<(string Name, string Meaning)> Promises(FileDescriptorSet set) => set.File.SelectMany(file =>
        file.MessageType.SelectMany(message => OfMessage(file.Package, message))
            .Concat(file.EnumType.SelectMany(type => OfEnum(file.Package, type)))
            .Concat(file.Service.SelectMany(service => OfService(file.Package, service))));

    private static IEnumerable<(string Name, string Meaning)> OfMessage(string scope, DescriptorProto message)
    {
        var name = $"{scope}.{message.Name}";
        return message.Field.Select(field => ($"{name} field {field.Number}", $"{field.Name}: {field.Label} {field.Type} {field.TypeName}"))
            .Prepend((name, "message"))
            .Concat(message.NestedType.SelectMany(nested => OfMessage(name, nested)))
            .Concat(message.EnumType.SelectMany(nested => OfEnum(name, nested)));
    }

    private static IEnumerable<(string Name, string Meaning)> OfEnum(string scope, EnumDescriptorProto type) =>
        type.Value.Select(value => ($"{scope}.{type.Name} value {value.Number}", value.Name));

    private static IEnumerable<(string Name, string Meaning)> OfService(string scope, ServiceDescriptorProto service) =>
        service.Method.Select(method => (
            $"{scope}.{service.Name}/{method.Name}",
            $"{Kind(method.ClientStreaming)}{method.InputType} -> {Kind(method.ServerStreaming)}{method.OutputType}"));

    private static string Kind(bool streaming) => streaming ? "stream " : "";
}
