namespace Millrace.GuardTraining.Names;

/// <summary>Names of persons, in the ways in which they are written.</summary>
internal sealed class PersonWriter(WordLists lists, Dice dice)
{
    private static readonly string[] Openings = Parts(
        "Ba Be Bro Ca Da De Do Fa Fe Ga Gri Ha He Jo Ka Ke Kra La Le Lo Ma Me Mi Na Ne No Pa Pe Ra Ro Sa Sche Se Ste Ta Te Tro U Va Ve Vo "
        + "Wa We Ya Za");

    private static readonly string[] Middles = ["", "", .. Parts("ra li na ri la ne sto mi ber ro ni ka de lo ta gu ve")];

    private static readonly string[] Endings = Parts(
        "n r s ll ck man son berg ski ova ez ini ton ley ford well wood dez ic en us ard elle ia ine o ett ka mer stein ham quist opoulos "
        + "enko yan iz ah im");

    private static readonly HashSet<string> TwoSurnames = ["es", "es_MX", "pt_PT", "pt_BR"];
    private static readonly HashSet<string> SurnameFirst = ["hu", "ja_roman", "zh_roman", "ko_roman", "vi", "ja", "ko", "zh_CN"];

    /// <summary>A first name.</summary>
    public string First(Culture culture)
    {
        if (dice.Chance(0.03)) return Invented();
        var name = dice.Of(lists.Entries("first-names.txt", NamesOf(culture)));
        return dice.Chance(0.03) ? $"{name}-{dice.Of(lists.Entries("first-names.txt", NamesOf(culture)))}" : name;
    }

    /// <summary>A surname.</summary>
    public string Last(Culture culture)
    {
        if (dice.Chance(0.04)) return Invented();
        var name = Surname(culture);
        if (TwoSurnames.Contains(culture.Name) && dice.Chance(0.4)) return $"{name}{dice.Any(" ", " ", " e ", " y ")}{Surname(culture)}";
        return dice.Chance(0.05) ? $"{name}-{Surname(culture)}" : name;
    }

    /// <summary>A whole name.</summary>
    public string Full(Culture culture)
    {
        var (first, last) = (First(culture), Last(culture));
        return dice.Next(0, 100) switch
        {
            < 6 => $"{first} {dice.Letter()}. {last}",
            < 10 => $"{first} {First(culture)} {last}",
            < 13 => $"{first[0]}. {last}",
            < 15 => $"{first[0]}. {dice.Letter()}. {last}",
            < 16 => $"{first} {last} {dice.Any("Jr.", "Jr", "Sr.", "III", "II")}",
            < 17 => $"{last}, {first}",
            < 18 => $"{first} {dice.Any("bin", "ibn", "van", "von", "de", "del", "di", "da", "al", "el", "la", "bint")} {last}",
            < 24 when SurnameFirst.Contains(culture.Name) => $"{last} {first}",
            < 26 => dice.Chance(0.5) ? first : last,
            _ => $"{first} {last}",
        };
    }

    /// <summary>A word that could be a name.</summary>
    public string Invented() => dice.Of(Openings) + dice.Of(Middles) + dice.Of(Endings);

    private static string[] Parts(string parts) => parts.Split(' ');

    private static IEnumerable<string> NamesOf(Culture culture) =>
        culture.Name == "en_GB" ? ["en", "en_GB_more", "short"] : culture.Sections;

    private string Surname(Culture culture)
    {
        var names = lists.Entries("surnames.txt", culture.Sections);
        return dice.Of(names.Length > 0 ? names : lists.Entries("surnames.txt", "en", "us_more"));
    }
}
