namespace Grpc.Core;

/// <summary>Tells the server which generated method binds the service class that carries it.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = true)]
public sealed class BindServiceMethodAttribute : Attribute
{
    /// <summary>Names a static method of a type.</summary>
    public BindServiceMethodAttribute(Type bindType, string bindMethodName)
    {
        BindType = bindType;
        BindMethodName = bindMethodName;
    }

    /// <summary>The type that has the method.</summary>
    public Type BindType { get; }

    /// <summary>The name of the method.</summary>
    public string BindMethodName { get; }
}
