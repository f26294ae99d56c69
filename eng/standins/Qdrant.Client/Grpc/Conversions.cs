namespace Qdrant.Client.Grpc;

public partial class PointId
{
    public static implicit operator PointId(ulong id) => new() { Num = id };

    public static implicit operator PointId(Guid id) => new() { Uuid = id.ToString() };
}

public partial class Value
{
    public static implicit operator Value(string value) => new() { StringValue = value };

    public static implicit operator Value(long value) => new() { IntegerValue = value };

    public static implicit operator Value(bool value) => new() { BoolValue = value };

    public static implicit operator Value(double value) => new() { DoubleValue = value };

    public static implicit operator Value(string[] values) =>
        new() { ListValue = new ListValue { Values = { values.Select(value => (Value)value) } } };

    public static implicit operator Value(Value[] values) => new() { ListValue = new ListValue { Values = { values.AsEnumerable() } } };
}

public partial class WithPayloadSelector
{
    /// <summary>All of the payload, or none.</summary>
    public static implicit operator WithPayloadSelector(bool enable) => new() { Enable = enable };

    /// <summary>These fields.</summary>
    public static implicit operator WithPayloadSelector(string[] fields) =>
        new() { Include = new PayloadIncludeSelector { Fields = { fields } } };
}

public partial class WithVectorsSelector
{
    /// <summary>All vectors, or none.</summary>
    public static implicit operator WithVectorsSelector(bool enable) => new() { Enable = enable };

    /// <summary>These fields.</summary>
    public static implicit operator WithVectorsSelector(string[] vectors) =>
        new() { Include = new VectorsSelector { Names = { vectors } } };
}

public partial class SparseVectorConfig
{
    public static implicit operator SparseVectorConfig(Dictionary<string, SparseVectorParams> configs) => new() { Map = { configs } };

    public static implicit operator SparseVectorConfig((string Name, SparseVectorParams Params) config) =>
        new() { Map = { [config.Name] = config.Params } };
}
