namespace Millrace.Inference.Engine;

/// <summary>Something that an engine's thread is to take in.</summary>
internal abstract class EngineRequest
{
    /// <summary>It is not taken in, for this reason.</summary>
    public abstract void Refuse(Exception reason);
}
