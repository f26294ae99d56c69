using System.Globalization;

namespace Millrace.GuardTraining.Names;

/// <summary>What stands between names: words, products, numbers, and what other recognisers find; and dates.</summary>
internal sealed class FillerText(WordLists lists, Dice dice)
{
    private const string Slots = "slots.txt";

    /// <summary>Text of a slot.</summary>
    /// <exception cref="FormatException">There is no such slot.</exception>
    public string Text(string slot) => slot switch
    {
        "noun" or "verb" or "adj" or "adv" => Word(slot),
        "Noun" or "Verb" or "Adj" or "Adv" => Capital(Word(slot.ToLowerInvariant())),
        "NOUN" or "VERB" or "ADJ" => Word(slot.ToLowerInvariant()).ToUpperInvariant(),
        "Product" or "product" => Product(),
        "Work" => Work(),
        _ => Number(slot),
    };

    /// <summary>A date.</summary>
    public string Date()
    {
        var (month, day, year) = (Entry("month"), dice.Next(1, 29), dice.Next(1930, 2031));
        return dice.Next(0, 16) switch
        {
            0 => dice.Pattern("0%/1#/19##"),
            1 => dice.Pattern("1%/0%/20##"),
            2 => dice.Pattern("20##-0%-1#"),
            3 => dice.Pattern("1#.0%.20##"),
            4 => dice.Pattern("%/1#/9#"),
            5 => $"{month} {day}, {year}",
            6 => $"{day} {month} {year}",
            7 => $"{month} {day}{Ordinal(day)}",
            8 => $"the {day}{Ordinal(day)} of {month}",
            9 => $"{month} {year}",
            10 => Entry("weekday"),
            11 => Entry("relative").Replace("{n}", $"{day}", StringComparison.Ordinal),
            12 => $"{year}",
            13 => dice.Pattern("20##-0%-1# 1#:##:##"),
            14 => $"{Entry("weekday")}, {day} {month}",
            _ => $"{month} {day}",
        };
    }

    /// <summary>A time of day.</summary>
    public string Time() =>
        dice.Pattern(dice.Any("1%:##", "%:##", "% pm", "% am", "1% PM", "%:## AM", "0%:##", "1%h", "noon", "midnight", "% o'clock"));

    private string Number(string slot) => slot switch
    {
        "n" => Count(),
        "id" or "ID" => dice.Pattern(dice.Any("??-#####", "#%#####", "?######", "??###?##", "##-###-##", "?%-###", "#?#?##??")),
        "money" => Money(),
        "email" => Email(),
        "phone" => Phone(),
        "url" => dice.Any("https://www.", "http://", "www.", "https://") + Word("noun")
            + dice.Any(".com", ".org", ".net", ".co.uk", ".de") + dice.Any("/", "", "/" + Word("noun")),
        "card" => dice.Pattern(dice.Any("4### #### #### ####", "5###############", "37## ###### #####", "4###-####-####-####",
            "6011############")),
        "iban" => dice.Pattern(dice.Any("??## #### #### #### #### ##", "GB##????##############", "DE####################")),
        "ssn" => dice.Pattern(dice.Any("###-##-####", "### ## ####")),
        "ip" => dice.Pattern(dice.Any("1##.1#.%#.%", "10.%.%.1#", "%##.%##.%#.%##", "#a##:%b##::#c#%")),
        _ => throw new FormatException($"There is no slot '{slot}'. See README.md beside the templates."),
    };

    private string Count() => dice.Next(0, 8) switch
    {
        < 3 => dice.Pattern("%"),
        < 5 => dice.Pattern("%#"),
        5 => dice.Pattern("%##"),
        6 => dice.Pattern(dice.Any("%,###", "%.#", "%###", "#%.##", "%#,###")),
        _ => dice.Any("two", "three", "four", "five", "six", "ten", "twenty"),
    };

    private string Money() =>
        dice.Pattern(dice.Any("$%#", "$%##.##", "%## dollars", "€%#", "%# EUR", "£%,###", "%### USD", "$% million", "%#,### euros"));

    private string Phone() => dice.Pattern(dice.Any(
        "(%##) %##-####", "%##-%##-####", "+%# %# ### ####", "+1 %## %## ####", "0##/#######", "0%## ### ####", "%#########",
        "001-%##-%##-####x###", "+44 (0)%### ######", "0## ### ## ##", "%##.%##.####", "(0#) #### ####"));

    private string Email()
    {
        var name = dice.Of(lists.Entries("first-names.txt", "en", "de", "short")).ToLowerInvariant();
        var surname = dice.Of(lists.Entries("surnames.txt", "us_more", "en_GB_more")).ToLowerInvariant();
        var local = dice.Any($"{name}.{surname}", $"{name}{dice.Next(1, 99)}", $"{name[0]}{surname}", $"{name}_{surname}", Word("noun"));
        var host = dice.Any(Word("noun"), surname, "gmail", "mail", "example", "post", "inbox");
        return $"{local}@{host}{dice.Any(".com", ".org", ".us", ".de", ".co.uk")}";
    }

    private string Product() => dice.Chance(0.2) ? Capital(Word("adj")) + Capital(Word("noun")) : Filled(Entry("product"));

    // The title of a book, a song, a film.
    private string Work() => dice.Next(0, 7) switch
    {
        0 => $"The {Capital(Word("adj"))} {Capital(Word("noun"))}",
        1 => $"{Capital(Word("noun"))} of the {Capital(Word("noun"))}",
        2 => $"{Capital(Word("verb"))} {dice.Any("Me", "My", "It", "You", "Your", "Us")} {Capital(Word("noun"))}",
        3 => $"{Capital(Word("adj"))} {Capital(Word("noun"))} {Capital(Word("verb"))}",
        4 => $"{Capital(Word("noun"))} {dice.Any("and", "&", "or", "in", "on", "with")} {Capital(Word("noun"))}s",
        5 => Capital(Word("noun")),
        _ => $"{Capital(Word("verb"))} the {Capital(Word("noun"))}",
    };

    private string Filled(string pattern) =>
        pattern.Replace("{n}", dice.Next(1, 99).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    // A third of the words are of the long list, so that more is known to be no name than what slots list.
    private string Word(string kind) => dice.Chance(0.35) ? dice.Of(lists.Entries("words.txt", "words")) : Entry(kind);

    private string Entry(string section) => dice.Of(lists.Entries(Slots, section));

    private static string Ordinal(int day) => day switch { 1 or 21 => "st", 2 or 22 => "nd", 3 or 23 => "rd", _ => "th" };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
