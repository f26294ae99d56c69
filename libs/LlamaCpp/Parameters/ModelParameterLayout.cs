namespace Millrace.LlamaCpp.Parameters;

/// <summary>What the parameters of a load point at; alive until the load has ended.</summary>
/// <param name="TensorSplit">A share per GPU, as many as the library reads; 0 for none.</param>
/// <param name="ProgressCallback">Called with the loaded share.</param>
/// <param name="ProgressState">Handed to the callback.</param>
internal readonly record struct ModelPointers(nint TensorSplit, nint ProgressCallback, nint ProgressState);

/// <summary>Where the fields of <c>llama_model_params</c> stand (72 bytes; the same in every release up to b10360).</summary>
internal static class ModelParameterLayout
{
    private const int GpuLayers = 16;
    private const int SplitMode = 20;
    private const int MainGpu = 24;
    private const int TensorSplit = 32;
    private const int ProgressCallback = 40;
    private const int ProgressState = 48;
    private const int Flags = 64;
    private const int VocabularyOnly = Flags;
    private const int UseMemoryMap = Flags + 1;
    private const int UseMemoryLock = Flags + 3;
    private const int CheckTensors = Flags + 4;

    private static ReadOnlySpan<int> NullPointers => [0, 8, TensorSplit, ProgressCallback, ProgressState, 56];

    private static ReadOnlySpan<byte> DefaultFlags => [0, 1, 0, 0, 0, 1, 0, 0];

    /// <summary>Checks that <paramref name="defaults"/>, as the library filled them, have this layout.</summary>
    /// <exception cref="LlamaException">They have not; the message names <paramref name="libraryPath"/>.</exception>
    public static void Require(ReadOnlySpan<byte> defaults, string libraryPath)
    {
        if (!Matches(defaults)) throw UnknownLayout.Of("llama_model_params", libraryPath);
    }

    /// <summary>Writes the options over the defaults.</summary>
    public static void Write(Span<byte> blob, LlamaModelOptions options, ModelPointers pointers)
    {
        blob.WriteInt(GpuLayers, options.GpuLayers);
        blob.WriteInt(SplitMode, (int)options.SplitMode);
        blob.WriteInt(MainGpu, options.MainGpu);
        blob.WritePointer(TensorSplit, pointers.TensorSplit);
        blob.WritePointer(ProgressCallback, pointers.ProgressCallback);
        blob.WritePointer(ProgressState, pointers.ProgressState);
        blob.WriteBool(VocabularyOnly, options.VocabularyOnly);
        blob.WriteBool(UseMemoryMap, options.UseMemoryMap);
        blob.WriteBool(UseMemoryLock, options.UseMemoryLock);
        blob.WriteBool(CheckTensors, options.CheckTensors);
    }

    private static bool Matches(ReadOnlySpan<byte> blob)
    {
        foreach (var offset in NullPointers)
            if (blob.ReadPointer(offset) != 0)
                return false;

        return blob.ReadInt(GpuLayers) == -1
            && blob.ReadInt(SplitMode) == 1
            && blob.ReadInt(MainGpu) == 0
            && blob.Slice(Flags, DefaultFlags.Length).SequenceEqual(DefaultFlags);
    }
}
