using Millrace.Guardrails.Detection;
using Millrace.Guardrails.Names;

namespace Millrace.GuardTraining.Names;

/// <summary>Measures a model on texts of templates that it was not trained on.</summary>
internal sealed class HeldOut(EntityModel model)
{
    private readonly int[] _right = new int[EntityTags.Rules.Count];
    private readonly int[] _found = new int[EntityTags.Rules.Count];
    private readonly int[] _expected = new int[EntityTags.Rules.Count];

    /// <summary>Runs it over texts.</summary>
    public HeldOut Measure(WordLists lists, int texts, int seed)
    {
        var maker = new TextMaker(lists, isHeldOut: true, seed);
        for (var i = 0; i < texts; i++) Count(maker.Next());
        return this;
    }

    /// <summary>Prints precision and recall by exact spans, per kind and over all.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine("held out, exact spans: precision recall F of");
        for (var kind = 0; kind < _found.Length; kind++)
            output.WriteLine(Line(EntityTags.Rules[kind], _right[kind], _found[kind], _expected[kind]));
        output.WriteLine(Line("all", _right.Sum(), _found.Sum(), _expected.Sum()));
    }

    private static string Line(string name, int right, int found, int expected)
    {
        var (precision, recall, f) = (Share(right, found), Share(right, expected), Share(2 * right, found + expected));
        return $"{name,-22} {precision:0.000} {recall:0.000} {f:0.000} {expected}";
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;

    private void Count(LabelledText text)
    {
        var found = new Found();
        new EntityDetector(model).Begin().Advance(text.Text, 0, isEnd: true, found);
        var expected = text.Spans.Select(span => (span.Kind, span.Start, span.End)).ToHashSet();
        foreach (var span in expected) _expected[span.Kind]++;
        foreach (var span in found.Spans)
        {
            _found[span.Kind]++;
            if (expected.Contains(span)) _right[span.Kind]++;
        }
    }

    private sealed class Found : ICandidates
    {
        public List<(int Kind, int Start, int End)> Spans { get; } = [];

        public void Add(int rule, int start, int length, float score, string? detail = null) => Spans.Add((rule, start, start + length));
    }
}
