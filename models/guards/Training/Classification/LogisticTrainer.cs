namespace Millrace.GuardTraining.Classification;

/// <summary>
/// Logistic regression of several labels at once by stochastic descent, each weight with its own step (AdaGrad). One thread and one seed:
/// the same samples give the same weights.
/// </summary>
internal sealed class LogisticTrainer(IReadOnlyList<Sample> samples, IReadOnlyList<SampleFeatures> features, ClassifierOptions options)
{
    private const float Epsilon = 1e-6f;

    /// <summary>Learns from some of the samples.</summary>
    /// <param name="labels">Number of labels.</param>
    /// <param name="chosen">Indexes of the samples.</param>
    public LinearModel Train(int labels, IReadOnlyList<int> chosen)
    {
        var model = new LinearModel(labels, options.BucketBits);
        var state = new Descent(model, options);
        var weights = ClassWeights(labels, chosen);
        var order = chosen.ToArray();
        var random = new Random(options.Seed);
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (var index in order) state.Step(samples[index], features[index], weights);
        }

        return model;
    }

    // What a positive sample of each label counts, a negative one counting one.
    private float[] ClassWeights(int labels, IReadOnlyList<int> chosen) =>
    [
        .. Enumerable.Range(0, labels).Select(label =>
        {
            var positive = Math.Max(1, chosen.Count(index => samples[index].Has(label)));
            return MathF.Pow((chosen.Count - positive + 1f) / positive, options.Balance);
        }),
    ];

    private sealed class Descent(LinearModel model, ClassifierOptions options)
    {
        private readonly float[] _squares = new float[model.Weights.Length];
        private readonly float[] _biasSquares = new float[model.Labels];
        private readonly float[] _gradients = new float[model.Labels];

        public void Step(Sample sample, SampleFeatures features, float[] classWeights)
        {
            model.Score(features, _gradients);
            for (var label = 0; label < _gradients.Length; label++)
            {
                var probability = 1 / (1 + MathF.Exp(-_gradients[label]));
                var isPositive = sample.Has(label);
                _gradients[label] = (probability - (isPositive ? 1 : 0)) * (isPositive ? classWeights[label] : 1);
            }

            MoveBiases();
            for (var i = 0; i < features.Buckets.Length; i++) Move(features.Buckets[i] * _gradients.Length, features.Values[i]);
        }

        private void MoveBiases()
        {
            for (var label = 0; label < _gradients.Length; label++)
            {
                _biasSquares[label] += _gradients[label] * _gradients[label];
                model.Biases[label] -= options.Rate * _gradients[label] / (MathF.Sqrt(_biasSquares[label]) + Epsilon);
            }
        }

        private void Move(int row, float value)
        {
            for (var label = 0; label < _gradients.Length; label++)
            {
                var gradient = (_gradients[label] * value) + (options.Decay * model.Weights[row + label]);
                _squares[row + label] += gradient * gradient;
                model.Weights[row + label] -= options.Rate * gradient / (MathF.Sqrt(_squares[row + label]) + Epsilon);
            }
        }
    }
}
