namespace Qdrant.Client;

/// <summary>The server answered that it did not do what was asked; a call that failed is an RpcException.</summary>
public class QdrantException : Exception
{
    public QdrantException(string message)
        : base(message)
    {
    }
}
