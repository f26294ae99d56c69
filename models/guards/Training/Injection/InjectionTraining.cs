using System.Globalization;
using Millrace.Guardrails.Classification;
using Millrace.Guardrails.Injection;
using Millrace.GuardTraining.Classification;

namespace Millrace.GuardTraining.Injection;

/// <summary>Trains the classifier of attacks and the index of known ones.</summary>
internal sealed class InjectionTraining : ITraining
{
    // A template is a sample many times over, each time another sentence; a sentence that was written out is one.
    private const int VariantsMax = 10;
    private const int Seed = 4_711;

    private static readonly ClassifierOptions Options = new()
    {
        KnownValue = InjectionScorer.KnownValue,
        BucketBits = 17,
        Epochs = 15,
        Rate = 0.3f,
        Decay = 2e-5f,

        // Nearly every second sample is an attack, and hardly any text that a guard reads.
        Shares = new Dictionary<string, double> { ["attack"] = 0.05 },
    };

    private static readonly string[] Joints = [". ", ", ", " - ", "; ", ": ", " ", "\n"];

    /// <inheritdoc/>
    public string Name => "injection";

    /// <inheritdoc/>
    public void Run(DirectoryInfo data, DirectoryInfo models, TextWriter output)
    {
        var read = new InjectionData(data);
        var attacks = read.Lines.Where(line => line.IsAttack).ToList();
        var known = BuildKnown(read, attacks);
        var samples = Samples(read, known, attacks);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{read.Lines.Count} lines, {attacks.Count} of them attacks; {samples.Count} samples"));

        var training = new ClassifierTraining(InjectionFamilies.Labels, samples, Options);
        var model = training.Run(DataChecksum.Of(data), output);
        Save(Path.Combine(models.FullName, "injection.bin"), stream => ClassifierFile.Write(model, stream));
        Save(Path.Combine(models.FullName, "injection-known.bin"), known.Save);
    }

    private static void Save(string path, Action<Stream> write)
    {
        using var stream = File.Create(path);
        write(stream);
    }

    private static KnownAttacks BuildKnown(InjectionData data, List<InjectionLine> attacks)
    {
        var random = new Random(Seed);
        var others = data.Lines.Where(line => !line.IsAttack);
        return KnownAttacksBuilder.Build([.. attacks.Select(Folded)], [.. others.Select(Folded)]);

        string Folded(InjectionLine line) => FoldedText.Of(data.Templates.Expand(line.Template, random));
    }

    private static List<Sample> Samples(InjectionData data, KnownAttacks known, List<InjectionLine> attacks)
    {
        var random = new Random(Seed);
        var places = attacks.Select((line, place) => (line, place)).ToDictionary(pair => pair.line, pair => pair.place);
        var harmless = data.Lines.Where(line => !line.IsAttack).ToArray();
        var samples = new List<Sample>();
        for (var group = 0; group < data.Lines.Count; group++)
        {
            var line = data.Lines[group];
            var place = line.IsAttack ? places[line] : -1;
            var texts = new HashSet<string>(StringComparer.Ordinal);
            var variants = Templates.HasChoice(line.Template) ? VariantsMax : 1;
            for (var i = 0; i < variants; i++) texts.Add(data.Templates.Expand(line.Template, random));
            foreach (var text in texts) samples.Add(Sample(text, line.Labels, group, known, place));

            // Within other text, before or behind it: half as often for what is a sentence of its own.
            for (var i = 0; i < (variants == 1 ? group % 4 / 3 : Math.Max(1, texts.Count / 3)); i++)
            {
                var other = harmless[random.Next(harmless.Length)];
                var text = Join(texts.ElementAt(random.Next(texts.Count)), data.Templates.Expand(other.Template, random), random);
                samples.Add(Sample(text, line.Labels | other.Labels, group, known, place));
            }
        }

        return samples;
    }

    private static string Join(string one, string other, Random random)
    {
        var joint = Joints[random.Next(Joints.Length)];
        var text = random.Next(2) == 0 ? one.TrimEnd('.') + joint + other : other.TrimEnd('.') + joint + one;
        return text.Length > InjectionScorer.CharsMax ? text[..InjectionScorer.CharsMax] : text;
    }

    private static Sample Sample(string text, uint labels, int group, KnownAttacks known, int except)
    {
        Span<ulong> evidence = stackalloc ulong[InjectionScorer.EvidenceMax];
        var folded = FoldedText.Of(text);
        var count = InjectionScorer.ReadEvidence(folded, known, except, evidence);
        return new Sample(folded, labels, group) { Known = evidence[..count].ToArray() };
    }
}
