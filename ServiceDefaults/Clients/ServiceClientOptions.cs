using Google.Protobuf.Reflection;

namespace Millrace.ServiceDefaults.Clients;

/// <summary>How one service is called.</summary>
public sealed class ServiceClientOptions
{
    /// <summary>Time that a unary call may take when its caller set no earlier deadline.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan UnaryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest message that is accepted, in bytes.</summary>
    /// <value>Default 64 MiB.</value>
    public int MessageBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>Full names of methods that may be sent again when the service was unavailable, such as
    /// <c>millrace.embedding.v1.EmbeddingService/Embed</c>. Only calls without a side effect belong here.</summary>
    public IList<string> IdempotentMethods { get; } = [];

    /// <summary>How often an idempotent call is sent at most.</summary>
    /// <value>Default 3.</value>
    public int AttemptsMax { get; set; } = 3;

    /// <summary>Marks methods as idempotent.</summary>
    public ServiceClientOptions RetryIdempotent(params IEnumerable<MethodDescriptor> methods)
    {
        foreach (var method in methods) IdempotentMethods.Add($"{method.Service.FullName}/{method.Name}");
        return this;
    }
}
