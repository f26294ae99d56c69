using System.Globalization;

namespace Millrace.GuardTraining.Names;

/// <summary>Fills the slots of one text: names, places and addresses of one culture, numbers of all kinds.</summary>
internal sealed class SlotFiller
{
    private const double ForgottenShare = 0.25;

    private readonly WordLists _lists;
    private readonly Dice _dice;
    private readonly PersonWriter _persons;
    private readonly AddressWriter _addresses;
    private readonly OrganisationWriter _organisations;
    private readonly FillerText _fillers;
    private Culture _culture = Culture.All[0];

    /// <summary>Fills from lists.</summary>
    public SlotFiller(WordLists lists, Dice dice)
    {
        (_lists, _dice) = (lists, dice);
        _persons = new PersonWriter(lists, dice);
        _addresses = new AddressWriter(lists, _persons, dice);
        _organisations = new OrganisationWriter(lists, _persons, dice);
        _fillers = new FillerText(lists, dice);
    }

    /// <summary>Begins a text: it is of one country for the most part.</summary>
    public void Begin() => _culture = Choose();

    /// <summary>Adds what a slot stands for.</summary>
    /// <exception cref="FormatException">There is no such slot.</exception>
    public void Fill(string slot, LabelledText text)
    {
        if (_dice.Chance(0.15)) _culture = Choose();
        if (Entity(slot) is var (value, kind)) text.Add(value, kind, _dice.Chance(ForgottenShare));
        else text.Add(_fillers.Text(slot));
    }

    private (string Value, int Kind)? Entity(string slot) => Person(slot) ?? Where(slot) ?? Other(slot);

    private (string Value, int Kind)? Person(string slot) => slot switch
    {
        "person" => (_persons.Full(_culture), Kinds.Person),
        "first" => (_persons.First(_culture), Kinds.Person),
        "last" => (_persons.Last(_culture), Kinds.Person),
        "honor" => (_dice.Chance(0.7) ? _dice.Any("Mr.", "Mrs.", "Ms.", "Dr.", "Miss", "Mr", "Dr") : Entry("titles.txt", "honorific"),
            Kinds.Title),
        "job" => (_dice.Chance(0.3) ? Title(Entry("titles.txt", "job")) : Entry("titles.txt", "job"), Kinds.Title),
        "job_cap" => (JobTitle(), Kinds.Title),
        _ => null,
    };

    private (string Value, int Kind)? Where(string slot) => slot switch
    {
        "city" => (City(), Kinds.Location),
        "country" => (Country(), Kinds.Location),
        "state" => (State(), Kinds.Location),
        "abbr" => (Entry("states.txt", "us_abbr"), Kinds.Location),
        "zip" => (_addresses.PostalCode(_dice.Chance(0.5) ? AddressStyle.American : Style), Kinds.PostalCode),
        "street" => (_addresses.Street(Style), Kinds.Address),
        "streetname" => (_addresses.StreetName(Style), Kinds.Address),
        "num" => (_addresses.Number(), Kinds.Address),
        "suite" => (_addresses.Suite(), Kinds.Address),
        "pobox" => (_addresses.Box(), Kinds.Address),
        "inline" => (_addresses.Inline(Style, Here()), Kinds.Address),
        "block" => (_addresses.Block(Style, Here()), Kinds.Address),
        "block_quoted" => (_addresses.Block(Style, Here()).Replace("\n", "\n> ", StringComparison.Ordinal), Kinds.Address),
        _ => null,
    };

    private (string Value, int Kind)? Other(string slot) => slot switch
    {
        "org" => (_organisations.Name(_culture, City()), Kinds.Organisation),
        "nat" => (Entry("nationalities.txt", "people"), Kinds.Nationality),
        "nats" => (Entry("nationalities.txt", "groups"), Kinds.Nationality),
        "creed" => (Entry("slots.txt", "creed"), Kinds.Nationality),
        "creeds" => (Entry("slots.txt", "creeds"), Kinds.Nationality),
        "age" => (_dice.Next(1, 100).ToString(CultureInfo.InvariantCulture), Kinds.Age),
        "date" => (_fillers.Date(), Kinds.Date),
        "time" => (_fillers.Time(), Kinds.Date),
        "year" => (_dice.Next(1890, 2031).ToString(CultureInfo.InvariantCulture), Kinds.Date),
        "mmyy" => (_dice.Pattern(_dice.Any("0%/2#", "1%/2#", "0%/202#")), Kinds.Date),
        "weekday" => (Entry("slots.txt", "weekday"), Kinds.Date),
        "month" => (Entry("slots.txt", "month"), Kinds.Date),
        _ => null,
    };

    private AddressStyle Style => _dice.Chance(0.1) ? AddressStyle.American : _culture.Style;

    private Culture Choose()
    {
        var at = _dice.Next(0, Culture.All.Sum(culture => culture.Weight));
        return Culture.All.First(culture => (at -= culture.Weight) < 0);
    }

    private string City()
    {
        if (_dice.Chance(0.05))
            return _persons.Invented() + _dice.Any("", "", "ville", "burg", " City", "field", "stad", "grad", "ham", "bridge");
        if (_dice.Chance(0.35)) return Entry("cities.txt", "world");
        var cities = _lists.Entries("cities.txt", _culture.Sections);
        var city = cities.Length > 0 ? _dice.Of(cities) : Entry("cities.txt", "en");
        return _dice.Chance(0.03)
            ? $"{_dice.Any("San", "Saint", "St.", "New", "Port", "Lake", "Fort", "El", "Santa", "West")} {city}"
            : city;
    }

    private string Country() => _dice.Chance(0.25)
        ? _dice.Any(
            "USA", "UK", "United States", "United Kingdom", "US", "U.S.", "England", "Scotland", "Wales", "UAE", "Russia", "Czech Republic",
            "EU", "the Netherlands", "Europe", "Africa", "Asia", "South America", "America", "Holland", "Great Britain", "Korea", "Taiwan",
            "Deutschland", "España")
        : Entry("countries.txt", "en");

    private string State()
    {
        var sections = _lists.Sections("states.txt");
        return _dice.Chance(0.5) ? Entry("states.txt", "us") : _dice.Of(sections[_dice.Of([.. sections.Keys.Where(IsWhole)])]);

        static bool IsWhole(string section) => section != "us_abbr";
    }

    private Place Here() => new(City(), State(), Entry("states.txt", "us_abbr"), Country());

    private string JobTitle()
    {
        var job = Entry("titles.txt", "job");
        if (_dice.Chance(0.3)) job = $"{_dice.Any("Senior", "Junior", "Chief", "Lead", "Head", "Assistant", "Regional", "Deputy")} {job}";
        return Title(job);
    }

    private string Entry(string file, string section) => _dice.Of(_lists.Entries(file, section));

    private static string Title(string words) => string.Join(
        ' ', words.Split(' ').Select(word => word is "of" or "and" ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
