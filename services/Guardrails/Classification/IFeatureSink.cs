namespace Millrace.Guardrails.Classification;

/// <summary>Takes the features of a text, one by one. A structure, so that what it does is compiled into the reading.</summary>
internal interface IFeatureSink
{
    /// <summary>Takes a feature.</summary>
    /// <param name="hash">Its hash; the upper bits are the best ones.</param>
    /// <param name="weight">How often it counts, 1 or more.</param>
    void Add(ulong hash, int weight);
}
