using System.Collections.Frozen;
using Millrace.Grounding.Reading;

namespace Millrace.Grounding.Support;

/// <summary>
/// What is known of English words where two sentences are compared: which deny, which oppose each other, which say the same.
/// </summary>
internal static class Vocabulary
{
    private static readonly FrozenSet<string> Negators = Set(
        """
        not no never none nothing neither nobody nowhere cannot without forbidden forbid forbids prohibited prohibit prohibits banned
        disallowed excluded excludes refused denied impossible unable unavailable ineligible exempt lacks lack hardly cant wont dont
        doesnt isnt
        """);

    private static readonly FrozenSet<string> Contrasts = Set(
        "but while whereas although though however unless except excluding otherwise instead yet because if when");

    private static readonly FrozenSet<string> Joints = Set("and then so plus");

    private static readonly FrozenSet<string> Attributions = Set(
        "according source sources passage passages document documents see stated states says mentioned noted per context answer based "
            + "yes younger older reference references cited text described explained explains shown shows section page it this they");

    private static readonly FrozenSet<string> Reversed = Set(
        """
        unpaid unused unopened unsafe unsigned unread unlisted unplanned unregistered uninsured unlimited unlicensed unauthorised
        unauthorized unverified uncertified unattended unprotected unencrypted incomplete inactive nonrefundable
        """);

    private static readonly FrozenDictionary<string, string> Units = Table(
        """
        second seconds sec secs | minute minutes min mins | hour hours hr hrs h | day days | week weeks | month months | year
        years | percent % per-cent percentage | euro euros eur € | dollar dollars usd $ | pound pounds gbp £ | cent cents |
        kilogram kilograms kg kgs | gram grams g | milligram milligrams mg | tonne tonnes | metre metres meter meters m |
        kilometre kilometres kilometer kilometers km | centimetre centimetres cm | millimetre millimetres mm | litre litres
        liter liters l | millilitre millilitres milliliter milliliters ml | degree degrees °c | byte bytes | kb kib | mb mib
        megabyte megabytes | gb gib gigabyte gigabytes | tb terabyte terabytes | volt volts v | watt watts w | kilowatt
        kilowatts kw | millisecond milliseconds ms | person persons people | copy copies | character characters | attempt
        attempts | page pages | time times | am | pm | floor | user users | device devices | item items | point points | request
        requests | seat seats | star stars | room rooms
        """);

    private static readonly FrozenDictionary<string, string> Synonyms = Stems(
        """
        buy purchase order acquire bought | receive obtain get | send ship dispatch deliver post sent | cost price fee charge rate
        tariff | phone call telephone ring | begin start commence launch began begun | end finish conclude expire lapse | worker
        employee staff colleague personnel | customer client buyer shopper guest visitor | delete remove erase | keep store retain
        save hold kept held | allow permit let | email mail | help assist assistance support | change modify alter update amend | fix
        repair mend | large big great | quick fast rapid speedy speed | small little | fire burn burned | automatic automatically |
        annual yearly | monthly month | daily day | weekly week | show display | choose select pick | create make build produce made
        built | require need demand | use utilise utilize employ | contact reach | car vehicle | bicycle bike | house home building |
        picture photo image photograph | mistake error fault | answer reply respond response | job work task | quit leave resign
        depart | money cash | doctor physician | ill sick sickness illness | tell inform notify notification talk speak told | happen
        occur | yearly year | evening night | morning early | paper document form | reimburse refund repay | parcel package shipment |
        track trace follow | damage break broken harm | lock block | sign log login | password passcode | backup copy | encrypt
        encryption | limit maximum cap ceiling | shop store | open unlock | turn switch | hot warm | cold cool | ask request | free
        complimentary gratis | extra additional | provide offer supply grant | reserve book | advance ahead beforehand prior | child
        kid children | pay paid | leave left | sell sold | lose lost | break broke broken | write written wrote | teach taught |
        holiday vacation leave | attend join | meet meeting | train training course | teach instruct | approve approval authorise
        authorize | submit hand file | entitle eligible qualify | bring carry | close shut | refill replenish fill | discard throw
        dispose | verify check confirm
        """);

    private static readonly FrozenSet<string> Light = Set(
        """
        customer user people person staff employee member visitor guest system company team number amount way kind place case receive
        obtain become exist remain stay result during always usually also allow permit possible able must need should available new
        current
        """).Select(word => Canonical(Terms.OfWord(word) ?? word)).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string[]> Opposites = Pairs(
        """
        before after | least most | minimum maximum | more less | more fewer | above below | younger over | increase decrease | raise
        lower | earliest latest | enable disable | enabled disabled | include exclude | included excluded | inside outside | internal
        external | open close | open closed | opens closes | start stop | begin end | starts ends | free paid | first last | accept reject
        | accepted rejected | allow forbid | allowed forbidden | public private | full empty | always never | all none | up down | on off
        | north south | east west | left right | weekdays weekends | optional mandatory | optional required | possible impossible |
        available unavailable | permanent temporary | hot cold | wet dry | buy sell | higher lower | longer shorter | faster slower | male
        female | day night | rise fall | heating cooling | indoor outdoor | indoors outdoors | younger older | under over | valid invalid
        | success failure | sunrise sunset | morning evening
        """);

    /// <summary>Whether a word denies what its clause says.</summary>
    public static bool Denies(string word) => Negators.Contains(word) || word.EndsWith("n't", StringComparison.Ordinal);

    /// <summary>What is left of a word that denies itself, such as "paid" of "unpaid"; null for any other.</summary>
    public static string? Denied(string word) =>
        Reversed.Contains(word) ? word[(word.StartsWith("non", StringComparison.Ordinal) ? 3 : 2)..] : null;

    /// <summary>Whether a term tells little, so that a source may well say it in other words.</summary>
    public static bool IsLight(string term) => Light.Contains(term);

    /// <summary>Whether a word begins a clause that stands against the one before.</summary>
    public static bool Contrasting(string word) => Contrasts.Contains(word);

    /// <summary>Whether a word joins clauses.</summary>
    public static bool Joining(string word) => Joints.Contains(word);

    /// <summary>Whether a word only says where something was read.</summary>
    public static bool Attributes(string word) => Attributions.Contains(word);

    /// <summary>The unit that a word names, in one spelling; null for none.</summary>
    public static string? Unit(string word) => Units.GetValueOrDefault(word);

    /// <summary>One term for all that mean about the same.</summary>
    public static string Canonical(string term) => Synonyms.GetValueOrDefault(term, term);

    /// <summary>The term by which forms and synonyms of a word meet; null when it carries no meaning of its own.</summary>
    public static string? TermOf(string word) => Terms.OfWord(word) is { } term ? Canonical(term) : null;

    /// <summary>The words that mean the opposite of a word.</summary>
    public static IReadOnlyList<string> OppositesOf(string word) => Opposites.GetValueOrDefault(word, []);

    private static string[] Words(string text) => text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);

    private static FrozenSet<string> Set(string text) => Words(text).ToFrozenSet(StringComparer.Ordinal);

    private static IEnumerable<string[]> Groups(string text) => text.Split('|').Select(Words).Where(group => group.Length > 0);

    private static FrozenDictionary<string, string> Table(string text) => Groups(text)
        .SelectMany(group => group.Select(word => (Word: word, First: group[0])))
        .ToFrozenDictionary(entry => entry.Word, entry => entry.First, StringComparer.Ordinal);

    // A word of several groups belongs to the first that names it.
    private static FrozenDictionary<string, string> Stems(string text) => Groups(text)
        .Select(group => group.Select(Terms.OfWord).OfType<string>().ToArray())
        .SelectMany(group => group.Select(term => (Term: term, First: group[0])))
        .DistinctBy(entry => entry.Term)
        .ToFrozenDictionary(entry => entry.Term, entry => entry.First, StringComparer.Ordinal);

    private static FrozenDictionary<string, string[]> Pairs(string text) => Groups(text)
        .SelectMany(pair => new[] { (Word: pair[0], Opposite: pair[1]), (Word: pair[1], Opposite: pair[0]) })
        .GroupBy(pair => pair.Word, pair => pair.Opposite, StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
}
