using Google.Protobuf;
using Grpc.Core;

namespace Millrace.QdrantServer;

/// <summary>Binds a method of a service by hand: the client's package has no server side.</summary>
internal static class UnaryBinding
{
    public static void AddUnary<TRequest, TResponse>(this ServiceBinderBase binder, string service, string method)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        binder.AddMethod(
            new Method<TRequest, TResponse>(MethodType.Unary, service, method, MarshallerOf<TRequest>(), MarshallerOf<TResponse>()),
            (UnaryServerMethod<TRequest, TResponse>?)null);

    private static Marshaller<T> MarshallerOf<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return new Marshaller<T>(message => message.ToByteArray(), parser.ParseFrom);
    }
}
