using System.Collections.Frozen;

namespace Millrace.Guardrails.Detection.Accounts;

/// <summary>How many characters the international bank account numbers of each country have.</summary>
internal static class IbanLengths
{
    /// <summary>The longest of all.</summary>
    public const int Max = 33;

    private static readonly FrozenDictionary<int, int> Lengths = (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 "
        + "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 "
        + "LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 "
        + "SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30")
        .Split(' ').ToFrozenDictionary(entry => Key(entry[0], entry[1]), entry => CheckSums.Number(entry.AsSpan(2)));

    /// <summary>The length of a country's numbers; 0 for a country that has none. Letters are in upper case.</summary>
    public static int Of(char first, char second) => Lengths.GetValueOrDefault(Key(first, second));

    private static int Key(char first, char second) => (first << 8) | second;
}
