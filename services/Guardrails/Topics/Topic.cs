using System.Globalization;

namespace Millrace.Guardrails.Topics;

/// <summary>A topic, said in examples.</summary>
public sealed class Topic
{
    /// <summary>Rule of texts that are near no allowed topic.</summary>
    public const string OffTopicRule = "topic.off_topic";

    private const string Family = "topic.";
    private const int NameCharsMax = 64;
    private const int PhrasesMax = 64;
    private const int PhraseCharsMax = 1000;

    /// <summary>Its name: small letters, digits and underscores.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>What it is about, in a sentence; empty when the examples say it.</summary>
    public string Description { get; set; } = string.Empty;

    /// <summary>Texts of this topic, such as users write them; three or more are best.</summary>
    /// <value>Default none; at most 64.</value>
    public IList<string> Examples { get; } = [];

    /// <summary>Similarity in (0, 1) to the description or to an example from which a text is of this topic.</summary>
    /// <value>Default 0.6.</value>
    public float Threshold { get; set; } = 0.6f;

    /// <summary>Id of its rule.</summary>
    public string Rule => Family + Name.ToLowerInvariant();

    /// <summary>The description and the examples.</summary>
    public IReadOnlyList<string> Phrases => [.. Examples.Prepend(Description).Where(phrase => !string.IsNullOrWhiteSpace(phrase))];

    /// <summary>All errors; none when it is valid.</summary>
    public IEnumerable<string> Validate()
    {
        if (Name.Length is 0 or > NameCharsMax || !Name.All(IsOfName))
            yield return $"Topics: '{Name}' is no name of a topic. Use 1 to {NameCharsMax} letters, digits and underscores.";
        if (Rule == OffTopicRule) yield return $"Topics: '{Name}' is what texts of no allowed topic are called. Choose another name.";
        if (Phrases.Count is 0 or > PhrasesMax)
            yield return $"Topics:{Name} has {Phrases.Count} phrases. Give it a description or examples, {PhrasesMax} at most.";
        if (Phrases.Any(phrase => phrase.Length > PhraseCharsMax))
            yield return $"Topics:{Name} has a phrase of more than {PhraseCharsMax} characters. Shorten it.";
        if (Threshold is not (> 0 and < 1))
            yield return $"Topics:{Name}:Threshold is {Threshold.ToString(CultureInfo.InvariantCulture)}. Set it between 0 and 1.";
    }

    /// <summary>All that decides, as one line.</summary>
    internal string Content() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Threshold:R} {string.Join('|', Phrases)}");

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
