using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Millrace.Inference.Scheduling;
using Millrace.LlamaCpp;

namespace Millrace.Inference.Speculation;

/// <summary>
/// Proposes what a small model of the same vocabulary would say. It keeps a cache of its own for each sequence, computes what is new of it,
/// then goes on greedily for as long as it is sure; all sequences go together, one token of each at a time.
/// </summary>
internal sealed class ModelDrafter : IDrafter
{
    /// <summary>A token that is less probable than this, by the small model's own judgement, ends the proposal.</summary>
    private const float ConfidenceMin = 0.6f;

    private readonly LlamaModel _model;
    private readonly LlamaContext _context;
    private readonly LlamaMemory _memory;
    private readonly LlamaBatch _batch;
    private readonly float[] _work;
    private readonly Stack<int> _freeIds;
    private readonly Dictionary<Sequence, Line> _lines = [];

    /// <summary>Takes over a model and a context on it.</summary>
    public ModelDrafter(LlamaModel model, LlamaContext context)
    {
        (_model, _context) = (model, context);
        _memory = context.Memory ?? throw new ArgumentException($"{model.Path} has no cache to generate with.", nameof(context));
        _batch = new LlamaBatch(context.BatchTokensMax);
        _work = new float[model.Vocab.Count];
        _freeIds = new Stack<int>(Enumerable.Range(0, context.SequencesMax).Reverse());
    }

    /// <inheritdoc/>
    public void Draft(IReadOnlyList<Sequence> sequences, int tokensMax)
    {
        var lines = new List<Line>();
        foreach (var sequence in sequences)
            if (Open(sequence) is { } line && CatchUp(line))
                lines.Add(line);
        List<Line> sure = [.. lines];
        for (var i = 0; i < tokensMax && sure.Count > 0; i++)
            if (TryStep(sure)) sure.RemoveAll(line => line.IsUnsure);
            else sure.Clear();
        foreach (var line in lines) line.Propose();
    }

    /// <inheritdoc/>
    public void Forget(Sequence sequence)
    {
        if (!_lines.Remove(sequence, out var line)) return;
        _memory.Remove(line.Id);
        _freeIds.Push(line.Id.Id);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }

    private Line? Open(Sequence sequence)
    {
        if (_lines.TryGetValue(sequence, out var known)) return known;
        return _freeIds.TryPop(out var id) ? _lines[sequence] = new Line(sequence, new LlamaSequenceId(id)) : null;
    }

    /// <summary>Computes all but the last token of a sequence.</summary>
    private bool CatchUp(Line line)
    {
        line.Restart();
        _memory.Remove(line.Id, line.Held.Count);
        while (line.PendingCount > 1)
        {
            _batch.Clear();
            line.AddTo(_batch, Math.Min(line.PendingCount - 1, _batch.Capacity), output: false);
            if (!TryDecode()) return false;
        }

        return line.Held.Count < _context.SequenceTokensMax;
    }

    private bool TryStep(List<Line> lines)
    {
        _batch.Clear();
        foreach (var line in lines) line.AddTo(_batch, 1, output: true);
        if (!TryDecode()) return false;
        for (var i = 0; i < lines.Count; i++) lines[i].Take(Judge(_context.GetLogits(i)));
        return true;
    }

    /// <summary>The most probable token; null when it is not probable enough, or ends the text.</summary>
    private int? Judge(ReadOnlySpan<float> logits)
    {
        var best = TensorPrimitives.IndexOfMax(logits);
        TensorPrimitives.Subtract(logits, logits[best], _work);
        TensorPrimitives.Exp(_work, _work);
        var isSure = 1 / TensorPrimitives.Sum<float>(_work) >= ConfidenceMin;
        return isSure && !_model.Vocab.IsEndOfGeneration(new LlamaToken(best)) ? best : null;
    }

    private bool TryDecode()
    {
        if (_context.Decode(_batch) == DecodeResult.Ok) return true;

        // No room: proposals are a luxury, so all is forgotten rather than managed.
        _memory.Clear();
        foreach (var line in _lines.Values) _freeIds.Push(line.Id.Id);
        _lines.Clear();
        return false;
    }

    /// <summary>What the small model knows of one sequence.</summary>
    private sealed class Line(Sequence sequence, LlamaSequenceId id)
    {
        private readonly List<int> _draft = [];

        public LlamaSequenceId Id { get; } = id;

        /// <summary>Tokens whose state is in the cache.</summary>
        public List<int> Held { get; } = [];

        public bool IsUnsure { get; private set; }

        public int PendingCount => sequence.Count + _draft.Count - Held.Count;

        /// <summary>Keeps of the cache what the sequence still says; its last token is always computed anew, for its output.</summary>
        public void Restart()
        {
            _draft.Clear();
            IsUnsure = false;
            var common = CollectionsMarshal.AsSpan(Held).CommonPrefixLength(sequence.Tokens[..^1]);
            Held.RemoveRange(common, Held.Count - common);
        }

        /// <summary>Adds the next tokens to a batch; they count as held from here on.</summary>
        public void AddTo(LlamaBatch batch, int count, bool output)
        {
            for (var i = 0; i < count; i++)
            {
                var token = Held.Count < sequence.Count ? sequence.Tokens[Held.Count] : _draft[Held.Count - sequence.Count];
                batch.Add(new LlamaToken(token), Held.Count, Id, output);
                Held.Add(token);
            }
        }

        /// <summary>Takes the next token; null when there is none to be sure of.</summary>
        public void Take(int? token)
        {
            IsUnsure = token is null;
            if (token is { } sure) _draft.Add(sure);
        }

        public void Propose() => sequence.Propose(CollectionsMarshal.AsSpan(_draft));
    }
}
