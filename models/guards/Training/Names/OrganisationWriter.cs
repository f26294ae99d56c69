namespace Millrace.GuardTraining.Names;

/// <summary>Names of organisations, known and made up.</summary>
internal sealed class OrganisationWriter(WordLists lists, PersonWriter persons, Dice dice)
{
    private const string File = "organisations.txt";

    /// <summary>A name.</summary>
    /// <param name="culture">Whose names it may have.</param>
    /// <param name="city">Where it may be.</param>
    public string Name(Culture culture, string city)
    {
        var name = dice.Chance(0.5) ? OfWords(city) : OfPersons(culture);
        if (dice.Chance(0.22)) name = dice.Of(lists.Entries(File, "known"));
        return dice.Chance(0.12) ? $"{name}{dice.Any(" ", " ", ", ")}{Entry("legal")}" : name;
    }

    private string OfWords(string city) => dice.Next(0, 16) switch
    {
        < 4 => $"{Entry("lead")} {Entry("word")}",
        4 => $"{Entry("lead")} {Entry("word")} {Entry("word")}",
        5 => Entry("lead") + dice.Any("", "", " ") + Capital(Noun()),
        6 => Capital(Noun()) + Capital(Noun()),
        7 => $"{Capital(Noun())} {Entry("word")}",
        8 => $"{city} {Entry("word")}",
        9 => dice.Any($"University of {city}", $"{city} University", $"Bank of {city}", $"{city} City Council",
            $"{city} General Hospital"),
        10 => dice.Pattern(dice.Any("???", "???", "????", "??")),
        11 => $"The {Capital(Adjective())} {Capital(Noun())}",
        12 => $"{Capital(Adjective())} {Capital(Noun())}s",
        13 => $"{persons.Invented()} {Entry("word")}",
        14 => $"{Entry("word")} {dice.Any("of", "for", "and", "&")} {Entry("word")}",
        _ => dice.Any($"{persons.Invented()}",
            $"{Capital(Noun())}{dice.Any(".com", "ly", "ify", "io", "Tech", "Hub", "Works", "Mart", "Co")}"),
    };

    private string OfPersons(Culture culture) => dice.Next(0, 12) switch
    {
        0 or 1 => $"{persons.Last(culture)} {dice.Any("&", "and")} {persons.Last(culture)}",
        2 or 3 => $"{persons.Last(culture)}, {persons.Last(culture)} and {persons.Last(culture)}",
        4 => $"{persons.Last(culture)}-{persons.Last(culture)}",
        5 or 6 => $"{persons.Last(culture)} {Entry("legal")}",
        7 => $"{persons.Last(culture)} {dice.Any("& Sons", "and Sons", "Bros", "Brothers", "& Co", "& Co.")}",
        8 => $"{dice.Any(persons.First(culture), persons.Last(culture))}'s",
        9 => $"{dice.Any(persons.First(culture), persons.Last(culture))}'s {Entry("word")}",
        _ => $"{persons.Last(culture)} {Entry("word")}",
    };

    private string Entry(string section) => dice.Of(lists.Entries(File, section));

    private string Noun() => dice.Of(lists.Entries("slots.txt", "noun"));

    private string Adjective() => dice.Of(lists.Entries("slots.txt", "adj"));

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
