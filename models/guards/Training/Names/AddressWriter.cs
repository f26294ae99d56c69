namespace Millrace.GuardTraining.Names;

/// <summary>Addresses, in the ways of several countries.</summary>
internal sealed class AddressWriter(WordLists lists, PersonWriter persons, Dice dice)
{
    private const string Streets = "streets.txt";

    /// <summary>A house's number.</summary>
    public string Number() => dice.Next(0, 20) switch
    {
        < 5 => dice.Pattern("%"),
        < 10 => dice.Pattern("%#"),
        < 14 => dice.Pattern("%##"),
        < 16 => dice.Pattern("%###"),
        < 17 => dice.Pattern("%####"),
        < 18 => dice.Pattern("%#?"),
        _ => dice.Pattern("0##"),
    };

    /// <summary>A street without a number.</summary>
    public string StreetName(AddressStyle style) => style switch
    {
        AddressStyle.American or AddressStyle.British => English(style),
        AddressStyle.German => dice.Chance(0.4)
            ? ListedName("de")
            : Joined("foreign_de", Suffix("straße", "strasse", "str.", "weg", "gasse", "platz", "allee")),
        AddressStyle.Dutch => Joined("foreign_nl", Suffix("straat", "laan", "weg", "plein", "gracht", "dijk", "hof", "kade")),
        AddressStyle.Nordic => dice.Chance(0.2) ? ListedName("da") : Joined("foreign_nordic", Suffix(
            "gatan", "vägen", "gata", "veien", "vej", "gade", "katu", "tie", "gränd", "stien", "gate", "polku", "vegur", "götu", "allé",
            "stræti")),
        AddressStyle.French =>
            $"{dice.Any("rue", "Rue", "avenue", "Avenue", "boulevard", "place", "chemin", "quai", "cours")} {Foreign("foreign_fr")}",
        AddressStyle.Italian =>
            $"{dice.Any("Via", "Via", "Viale", "Piazza", "Corso", "via", "Vicolo", "Strada")} {Foreign("foreign_it")}",
        AddressStyle.Spanish =>
            $"{dice.Any("Calle", "Avenida", "C/", "Plaza", "Paseo", "Av.", "Avda.", "Camino", "")} {Foreign("foreign_es")}".Trim(),
        AddressStyle.Portuguese =>
            $"{dice.Any("Rua", "Avenida", "R", "Av.", "Travessa", "Praça", "Alameda", "Rua")} {Foreign("foreign_pt")}",
        AddressStyle.Polish => $"{dice.Any("ul.", "ul.", "al.", "ulica", "Str.", "os.", "pl.")} {Foreign("foreign_pl")}",
        AddressStyle.Slavic => ListedName(dice.Any("cs_CZ", "sk", "hr", "sl_SI", "sr_RS_latin")),
        AddressStyle.Hungarian => $"{Foreign("foreign_hu")} {dice.Any("utca", "u.", "út", "tér", "körút", "krt.", "köz", "sétány")}",
        AddressStyle.Russian => $"{dice.Any("ul.", "ulitsa", "prospekt", "pr.", "pereulok")} {Foreign("foreign_ru")}",
        AddressStyle.Turkish => $"{ListedName("tr")} {dice.Any("Sokak", "Sk.", "Caddesi", "Cad.", "Mahallesi", "Bulvarı")}",
        _ => Asian(),
    };

    /// <summary>A street with a number.</summary>
    public string Street(AddressStyle style)
    {
        var (street, number) = (StreetName(style), Number());
        return style switch
        {
            AddressStyle.American or AddressStyle.British => $"{number} {street}",
            AddressStyle.French => dice.Any($"{number}, {street}", $"{number} {street}", $"{number} {street}"),
            AddressStyle.Italian or AddressStyle.Spanish => dice.Any($"{street}, {number}", $"{street} {number}"),
            AddressStyle.Polish => dice.Any($"{street} {number}", $"{street} {number}/{dice.Next(1, 90)}"),
            AddressStyle.Hungarian => $"{street} {number}.",
            AddressStyle.Russian => dice.Any($"{street}, d. {number}", $"{street} {number}", $"{street}, {number}-{dice.Next(1, 200)}"),
            AddressStyle.Turkish => $"{street} {dice.Any("No: ", "No:", "")}{number}",
            AddressStyle.Asian => dice.Any($"{number} {street}", $"No. {number}, {street}", $"{dice.Pattern("%-%#-%")} {street}"),
            _ => $"{street} {number}",
        };
    }

    /// <summary>A flat, a floor, a suite.</summary>
    public string Suite() => Numbered(dice.Of(lists.Entries("slots.txt", "suite")));

    /// <summary>A post office box.</summary>
    public string Box() =>
        $"{dice.Any("P.O. Box", "PO Box", "P. O. Box", "POB", "Postfach", "Box")} {dice.Pattern(dice.Any("%##", "%###", "%#"))}";

    /// <summary>A postal code.</summary>
    public string PostalCode(AddressStyle style) => dice.Pattern(style switch
    {
        AddressStyle.American => dice.Any("#####", "#####", "#####-####"),
        AddressStyle.British => dice.Any("??# #??", "??## #??", "?# #??", "?#? #??", "%###", "?#? #?#"),
        AddressStyle.Dutch => dice.Any("%### ??", "%###??", "%###"),
        AddressStyle.Nordic => dice.Any("### ##", "%###", "#####"),
        AddressStyle.Polish => dice.Any("##-###", "######"),
        AddressStyle.Slavic => dice.Any("### ##", "#####"),
        AddressStyle.Portuguese => dice.Any("####-###", "#####-###"),
        AddressStyle.Hungarian => "%###",
        AddressStyle.Russian or AddressStyle.Asian => dice.Any("%#####", "#####", "###-####"),
        _ => "#####",
    });

    /// <summary>An address over several lines.</summary>
    /// <param name="style">How it is written.</param>
    /// <param name="place">City, state and country.</param>
    public string Block(AddressStyle style, Place place)
    {
        var line = dice.Any("\n", "\n", "\n", "\n ", ",\n");
        var street = dice.Chance(0.06) ? Box() : Street(style);
        if (dice.Chance(0.4)) street += dice.Any(" ", line, ", ", line) + Suite();
        return street + line + (style == AddressStyle.American ? AmericanPlace(place, line) : OtherPlace(style, place, line));
    }

    /// <summary>An address in one line.</summary>
    public string Inline(AddressStyle style, Place place)
    {
        var street = Street(style);
        if (dice.Chance(0.2)) street += dice.Any(" ", ", ") + Suite();
        if (dice.Chance(0.15)) return street;
        street += dice.Any(", ", ", ", " ");
        return street + (style == AddressStyle.American ? AmericanPlace(place, ", ") : OtherPlace(style, place, ", "));
    }

    private string AmericanPlace(Place place, string line)
    {
        var code = PostalCode(AddressStyle.American);
        return dice.Next(0, 9) switch
        {
            < 4 => $"{place.City}, {place.Abbreviation} {code}",
            4 => $"{place.City} {place.Abbreviation} {code}",
            5 => $"{place.City}, {place.State} {code}",
            6 => $"{place.City}{line}{place.Abbreviation}{line}{code}",
            7 => $"{place.City}{line}{place.Country} {code}",
            _ => $"{place.City}{dice.Any(", " + place.Abbreviation, "", ", " + place.State)}",
        };
    }

    private string OtherPlace(AddressStyle style, Place place, string line)
    {
        var code = PostalCode(style);
        return dice.Next(0, 9) switch
        {
            0 => $"{code} {place.City}",
            1 or 2 => $"{code} {place.City}{line}{place.Country}",
            3 => $"{place.City}{line}{place.Country} {code}",
            4 => $"{place.City}{line}{code}",
            5 => $"{place.City} {code}{line}{place.Country}",
            6 => place.City,
            7 => $"{place.City}{line}{place.Country}",
            _ => $"{place.City}{line}{place.State}{line}{place.Country} {code}",
        };
    }

    private string English(AddressStyle style)
    {
        var direction = dice.Chance(0.07) ? dice.Any("N ", "S ", "E ", "W ", "North ", "South ", "N. ", "NW ", "SE ") : "";
        return dice.Next(0, 10) switch
        {
            0 => $"{dice.Next(1, 130)}{dice.Any("th", "st", "nd", "rd")} {TypeEn()}",
            1 or 2 => $"{direction}{persons.Last(dice.Any(Culture.All[0], Culture.All[1]))} {TypeEn()}",
            3 => $"{direction}{persons.First(Culture.All[0])} {TypeEn()}",
            4 or 5 => ListedName(style == AddressStyle.British ? "en_GB" : dice.Any("en", "en_US")),
            6 => $"{persons.Invented()} {TypeEn()}",
            _ => $"{direction}{Foreign("noun")} {TypeEn()}",
        };
    }

    private string Asian() => dice.Next(0, 4) switch
    {
        0 => $"{persons.Last(dice.Of(Culture.All))} {dice.Any("Road", "Rd", "Street", "Nagar", "Marg", "Lane", "Jalan", "Soi")}",
        1 => $"Jl. {persons.Last(dice.Of(Culture.All))}",
        2 => $"{Foreign("noun")} {TypeEn()}",
        _ => $"{persons.First(dice.Of(Culture.All))} Street",
    };

    private string TypeEn() => dice.Of(lists.Entries(Streets, "type_en"));

    private string Joined(string section, string suffix) => Foreign(section) + suffix;

    private string Suffix(params string[] suffixes) => dice.Chance(0.15) ? " " + Capital(dice.Of(suffixes)) : dice.Of(suffixes);

    // Half of the names are of the list, the others persons' or invented: streets are called after anything.
    private string Foreign(string section) => dice.Next(0, 10) switch
    {
        0 => persons.Invented(),
        1 => persons.Last(dice.Of(Culture.All)),
        _ => dice.Of(lists.Entries(Streets, section)),
    };

    private string ListedName(string section) => dice.Of(lists.Entries(Streets, section));

    private string Numbered(string pattern) => pattern
        .Replace("{n}", dice.Next(1, 990).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{L}", dice.Letter().ToString(), StringComparison.Ordinal);

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}

/// <summary>Where an address is.</summary>
/// <param name="City">City.</param>
/// <param name="State">State.</param>
/// <param name="Abbreviation">The state's abbreviation.</param>
/// <param name="Country">Country.</param>
internal sealed record Place(string City, string State, string Abbreviation, string Country);
