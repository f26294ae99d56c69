namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>National ids by country, a rule <c>pii.id_XX</c> each; XX is the country's code.</summary>
internal static class NationalIdCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Recogniser> All { get; } =
    [
        UnitedStatesIds.Ssn, UnitedStatesIds.Others,
        BritishIsles.UnitedKingdom, BritishIsles.Ireland,
        WesternEurope.Germany, WesternEurope.France, WesternEurope.Netherlands, WesternEurope.Belgium, WesternEurope.Switzerland,
        SouthernEurope.Spain, SouthernEurope.Italy, SouthernEurope.Portugal, SouthernEurope.Turkey,
        NorthernEurope.Sweden, NorthernEurope.Norway, NorthernEurope.Denmark, NorthernEurope.Finland,
        EasternEurope.Poland, EasternEurope.Czechia, EasternEurope.Romania,
        Americas.Brazil, Americas.Canada, Americas.Mexico, Americas.Chile, Americas.Argentina,
        AsiaAndOthers.India, AsiaAndOthers.China, AsiaAndOthers.Korea, AsiaAndOthers.Japan, AsiaAndOthers.Singapore, AsiaAndOthers.HongKong,
        AsiaAndOthers.Thailand, AsiaAndOthers.Israel, AsiaAndOthers.SouthAfrica, AsiaAndOthers.Australia,
    ];
}
