using Millrace.Guardrails.Names;

namespace Millrace.GuardTraining.Names;

/// <summary>
/// An averaged perceptron: it tags as the service does, with the tags that it gave itself as the context of the next one, and where it is
/// wrong it moves the weights of what it looked at towards what is right. The weights' mean over all steps is the model.
/// </summary>
internal sealed class TagTrainer(int rowBits)
{
    private const int WeightMax = 127;

    // How much better the right tag must be than any other before it counts as learnt.
    private const float Margin = 4;

    // Most weights are small; those few that are larger than this are cut.
    private const float KeptShare = 0.9995f;

    private readonly float[] _weights = new float[EntityTags.Lanes << rowBits];
    private readonly float[] _moments = new float[EntityTags.Lanes << rowBits];
    private readonly int[] _rows = new int[EntityFeatures.RowsMax];
    private readonly float[] _scores = new float[EntityTags.Lanes];
    private int _step = 1;

    /// <summary>Learns from a text.</summary>
    /// <returns>Tokens that it had wrong.</returns>
    public int Learn(TaggedTokens text)
    {
        var window = new TagWindow();
        var wrong = 0;
        var next = 0;
        for (var i = 0; i < text.Tokens.Length; i++)
        {
            while (!window.IsReady)
            {
                if (next < text.Tokens.Length) window.Add(text.Tokens[next]);
                else window.AddEnd();
                next++;
            }

            var tag = text.Tokens[i].Kind == TokenKind.None ? EntityTags.Outside : Learn(window, text.Tags[i]);
            if (tag != text.Tags[i]) wrong++;
            window.Accept(tag);
        }

        return wrong;
    }

    /// <summary>The mean weights, as they are served.</summary>
    /// <param name="scale">What a weight of one has become.</param>
    public sbyte[] Weights(out float scale)
    {
        var mean = new float[_weights.Length];
        for (var i = 0; i < mean.Length; i++) mean[i] = _weights[i] - (_moments[i] / _step);
        var sizes = mean.Where(weight => weight != 0).Select(Math.Abs).Order().ToArray();
        var factor = scale = WeightMax / sizes[(int)((sizes.Length - 1) * KeptShare)];
        return [.. mean.Select(weight => (sbyte)Math.Clamp(MathF.Round(weight * factor), -WeightMax, WeightMax))];
    }

    private int Learn(TagWindow window, int right)
    {
        var rows = _rows.AsSpan(0, EntityFeatures.Write(window, _rows, rowBits));
        Score(rows);
        var (best, rival) = (Best(window.Tag1, except: -1), Best(window.Tag1, except: right));
        _step++;
        if (_scores[right] < _scores[rival] + Margin)
        {
            Move(rows, right, 1);
            Move(rows, rival, -1);
        }

        return best;
    }

    private void Score(ReadOnlySpan<int> rows)
    {
        Array.Clear(_scores);
        foreach (var row in rows)
        {
            var weights = _weights.AsSpan(row * EntityTags.Lanes, EntityTags.Lanes);
            for (var tag = 0; tag < EntityTags.Lanes; tag++) _scores[tag] += weights[tag];
        }
    }

    private int Best(int before, int except)
    {
        var best = -1;
        for (var tag = 0; tag < EntityTags.Count; tag++)
            if (tag != except && EntityTags.MayFollow(tag, before) && (best < 0 || _scores[tag] > _scores[best])) best = tag;
        return best;
    }

    private void Move(ReadOnlySpan<int> rows, int tag, float by)
    {
        foreach (var row in rows)
        {
            _weights[(row * EntityTags.Lanes) + tag] += by;
            _moments[(row * EntityTags.Lanes) + tag] += by * _step;
        }
    }
}
