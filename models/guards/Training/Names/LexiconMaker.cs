using Millrace.Guardrails.Names;

namespace Millrace.GuardTraining.Names;

/// <summary>Makes the words' classes out of the lists.</summary>
internal sealed class LexiconMaker(WordLists lists)
{
    // Words of many places and streets that say nothing by themselves.
    private static readonly HashSet<string> Linking = ["of", "the", "and", "la", "le", "de", "del", "da", "do", "dos", "das", "des", "du",
        "am", "an", "der", "die", "den", "in", "on", "upon", "sur", "y", "e", "i", "el", "no"];

    private readonly SortedDictionary<uint, WordClasses> _words = [];

    /// <summary>All words of the lists.</summary>
    public SortedDictionary<uint, WordClasses> Make()
    {
        AddNames();
        AddPlaces();
        AddAll(lists.All("nationalities.txt").Concat(lists.Entries("slots.txt", "creeds")), WordClasses.Nationality);
        AddAll(lists.Entries("organisations.txt", "known"), WordClasses.Organisation);
        AddAll(lists.Entries("organisations.txt", "word"), WordClasses.OrganisationWord);
        AddAll(lists.Entries("organisations.txt", "legal"), WordClasses.LegalForm);
        AddAll(lists.Entries("titles.txt", "honorific"), WordClasses.Honorific);
        AddAll(lists.Entries("titles.txt", "job"), WordClasses.Job);
        AddAll(lists.Entries("slots.txt", "weekday", "month"), WordClasses.Date);
        AddAll(lists.All("words.txt").Concat(lists.Entries("slots.txt", "noun", "adj", "adv", "verb")).SelectMany(WordForms.Of),
            WordClasses.Common);
        return _words;
    }

    private void AddNames()
    {
        AddAll(lists.All("first-names.txt"), WordClasses.FirstName);
        AddAll(lists.All("surnames.txt"), WordClasses.Surname);
    }

    private void AddPlaces()
    {
        foreach (var city in lists.All("cities.txt")) AddPlace(city, WordClasses.City);
        foreach (var country in lists.All("countries.txt")) AddPlace(country, WordClasses.Country);
        foreach (var state in lists.All("states.txt")) AddPlace(state, WordClasses.State);
        foreach (var (section, entries) in lists.Sections("streets.txt"))
        {
            var isType = section.StartsWith("type_", StringComparison.Ordinal) || section is "en_suffix" or "fr_affix";
            AddAll(entries, isType ? WordClasses.StreetType : WordClasses.StreetName);
        }
    }

    private void AddPlace(string place, WordClasses classes)
    {
        var words = Words(place);
        foreach (var word in words) Add(word, words.Count == 1 ? classes : WordClasses.PlacePart | (words.Count == 2 ? classes : 0));
    }

    private void AddAll(IEnumerable<string> entries, WordClasses classes)
    {
        foreach (var word in entries.SelectMany(Words)) Add(word, classes);
    }

    private static List<string> Words(string entry) =>
        [.. Samples.Words(entry).Where(word => word.Length > 1 && !Linking.Contains(word.ToLowerInvariant()))];

    private void Add(string word, WordClasses classes)
    {
        Span<char> lower = stackalloc char[EntityTokenizer.TokenCharsMax];
        var hash = WordHash.Of(lower[..WordHash.ToLower(word, lower)]);
        _words[hash] = _words.GetValueOrDefault(hash) | classes;
    }
}
