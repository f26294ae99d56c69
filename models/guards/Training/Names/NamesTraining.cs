using Millrace.Guardrails.Names;

namespace Millrace.GuardTraining.Names;

/// <summary>Trains the tagger of names.</summary>
internal sealed class NamesTraining : ITraining
{
    private const int RowBits = 18;
    private const int TextsPerRound = 80_000;
    private const int Rounds = 6;
    private const int HeldOutTexts = 4_000;
    private const int Seed = 20_250;
    private const int HeldOutSeed = 7;
    private const short OutsideBias = 0;

    // A margin of about this many characters of confidence; see EntityModel.
    private const float MarginUnit = 20;

    /// <inheritdoc/>
    public string Name => "names";

    /// <inheritdoc/>
    public void Run(DirectoryInfo data, DirectoryInfo models, TextWriter output)
    {
        var lists = new WordLists(data);
        var words = new LexiconMaker(lists).Make();
        var tokenizer = new EntityTokenizer(new Lexicon(words));
        var trainer = new TagTrainer(RowBits);
        for (var round = 0; round < Rounds; round++) output.WriteLine(Learn(trainer, lists, tokenizer, round));

        var weights = trainer.Weights(out var scale);
        var header = new EntityModelHeader(lists.Checksum(), RowBits, OutsideBias, 1 / (scale * MarginUnit));
        models.Create();
        using (var file = File.Create(Path.Combine(models.FullName, EntityModel.ResourceName)))
            EntityModelFile.Write(file, header, words, weights);
        output.WriteLine($"{words.Count} words, {weights.Count(weight => weight != 0)} weights");
        new HeldOut(new EntityModel(header, words, weights)).Measure(lists, HeldOutTexts, HeldOutSeed).Print(output);
    }

    // Each round has texts of its own: nothing is seen twice.
    private static string Learn(TagTrainer trainer, WordLists lists, EntityTokenizer tokenizer, int round)
    {
        var maker = new TextMaker(lists, isHeldOut: false, Seed + round);
        var dice = new Dice(round);
        var (tokens, wrong) = (0, 0);
        for (var i = 0; i < TextsPerRound; i++)
        {
            var text = Samples.Tagged(maker.Next(), tokenizer, dice);
            tokens += text.Tokens.Length;
            wrong += trainer.Learn(text);
        }

        return $"round {round + 1}: {tokens} tokens, {100.0 * wrong / tokens:0.00} % wrong";
    }
}
