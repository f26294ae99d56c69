namespace Millrace.Guardrails.Classification;

/// <summary>
/// Gives a text a probability for each of several labels: logistic regression on <see cref="TextFeatures"/>. A text of n features is seen
/// as a vector of about length one, so that long and short ones compare. Immutable and allocation-free; the work is linear in the text.
/// </summary>
internal sealed class TextClassifier
{
    private readonly sbyte[] _weights;
    private readonly ClassifierLabel[] _labels;
    private readonly int _shift;
    private readonly float _knownValue;

    /// <summary>Makes a classifier ready.</summary>
    /// <param name="model">The model.</param>
    /// <param name="knownValue">Value of what is known, as in its training; a text's features together have a length of about one.</param>
    public TextClassifier(ClassifierModel model, float knownValue = 1)
    {
        _knownValue = knownValue;
        _weights = model.Weights;
        _labels = [.. model.Labels];
        _shift = 64 - model.BucketBits;
        Labels = [.. model.Labels.Select(label => label.Name)];
        DataChecksum = model.DataChecksum;
    }

    /// <summary>The labels, in the order of the probabilities.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Checksum of the data that it was trained on.</summary>
    public string DataChecksum { get; }

    /// <summary>Reads a classifier.</summary>
    /// <exception cref="InvalidDataException">It is none, or it is damaged.</exception>
    public static TextClassifier Load(Stream stream, float knownValue = 1) => new(ClassifierFile.Read(stream), knownValue);

    /// <summary>Reads a classifier that is part of this service.</summary>
    /// <param name="name">Name of the resource, such as <c>injection.bin</c>.</param>
    /// <param name="knownValue">Value of a feature that is known, as in its training.</param>
    public static TextClassifier LoadResource(string name, float knownValue = 1)
    {
        using var stream = typeof(TextClassifier).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The model '{name}' is not part of this build. Train it: see models/guards.");
        return Load(stream, knownValue);
    }

    /// <summary>Scores a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="probabilities">Takes a calibrated probability for each label.</param>
    public void Score(ReadOnlySpan<char> text, Span<float> probabilities) => Score(text, [], probabilities);

    /// <summary>Scores a text of which something else is known.</summary>
    /// <param name="text">The text.</param>
    /// <param name="known">Hashes of what is known, each as the training knew it (<see cref="TextFeatures.HashOf"/>).</param>
    /// <param name="probabilities">Takes a calibrated probability for each label.</param>
    public void Score(ReadOnlySpan<char> text, ReadOnlySpan<ulong> known, Span<float> probabilities)
    {
        Span<int> sums = stackalloc int[ClassifierModel.LabelsMax];
        var ofText = new Sums(_weights, sums[.._labels.Length], _shift);
        TextFeatures.Read(text, ref ofText);

        // What is known counts in full, however long the text is.
        Span<int> knownSums = stackalloc int[ClassifierModel.LabelsMax];
        var ofKnown = new Sums(_weights, knownSums[.._labels.Length], _shift);
        foreach (var hash in known) ofKnown.Add(hash, 1);

        var norm = NormOf(ofText.Count);
        for (var i = 0; i < _labels.Length; i++)
            probabilities[i] = _labels[i].ProbabilityOf((sums[i] * norm) + (knownSums[i] * _knownValue));
    }

    /// <summary>What each feature of a text is multiplied by.</summary>
    /// <param name="count">Number of its features, each as often as it counts.</param>
    public static float NormOf(int count) => 1 / MathF.Sqrt(Math.Max(1, count));

    private ref struct Sums(sbyte[] weights, Span<int> sums, int shift) : IFeatureSink
    {
        private readonly Span<int> _sums = sums;

        public int Count { get; private set; }

        public void Add(ulong hash, int weight)
        {
            Count += weight;
            var row = weights.AsSpan((int)(hash >> shift) * _sums.Length, _sums.Length);
            for (var i = 0; i < row.Length; i++) _sums[i] += row[i] * weight;
        }
    }
}
