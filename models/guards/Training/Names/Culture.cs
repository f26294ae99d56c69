namespace Millrace.GuardTraining.Names;

/// <summary>How addresses are written.</summary>
internal enum AddressStyle
{
    None = 0,
    American = 1,
    British = 2,
    German = 3,
    Dutch = 4,
    Nordic = 5,
    French = 6,
    Italian = 7,
    Spanish = 8,
    Portuguese = 9,
    Polish = 10,
    Slavic = 11,
    Hungarian = 12,
    Russian = 13,
    Turkish = 14,
    Asian = 15,
}

/// <summary>Names and addresses that belong together.</summary>
/// <param name="Name">Section of the lists that names its own.</param>
/// <param name="Weight">How often it is used, beside the others.</param>
/// <param name="Style">How its addresses are written.</param>
/// <param name="More">Further sections, of names or cities.</param>
internal sealed record Culture(string Name, int Weight, AddressStyle Style, params string[] More)
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Culture> All =
    [
        new("en", 36, AddressStyle.American, "us_more", "short", "world"),
        new("en_GB", 10, AddressStyle.British, "en", "us_more", "en_GB_more", "short", "world"),
        new("en_AU", 6, AddressStyle.British, "en", "us_more"),
        new("en_ZA", 3, AddressStyle.British, "zu_ZA", "af_ZA"),
        new("en_NG", 3, AddressStyle.Asian, "yo_NG", "ig_er"),
        new("en_GH", 2, AddressStyle.Asian),
        new("en_IN", 5, AddressStyle.Asian),
        new("de", 7, AddressStyle.German),
        new("nl", 4, AddressStyle.Dutch, "nl_more", "world"),
        new("da", 3, AddressStyle.Nordic, "nordic_more"),
        new("sv", 4, AddressStyle.Nordic, "nordic_more", "world"),
        new("nb_NO", 3, AddressStyle.Nordic, "nordic_more"),
        new("fi", 3, AddressStyle.Nordic, "nordic_more"),
        new("is", 2, AddressStyle.Nordic, "world"),
        new("fr", 6, AddressStyle.French),
        new("fr_BE", 2, AddressStyle.French, "world"),
        new("fr_SN", 1, AddressStyle.French),
        new("it", 5, AddressStyle.Italian),
        new("es", 5, AddressStyle.Spanish),
        new("es_MX", 4, AddressStyle.Spanish),
        new("pt_PT", 3, AddressStyle.Portuguese, "pt_more"),
        new("pt_BR", 3, AddressStyle.Portuguese, "pt_more", "world"),
        new("pl", 4, AddressStyle.Polish),
        new("cs_CZ", 4, AddressStyle.Slavic),
        new("sk", 2, AddressStyle.Slavic),
        new("hr", 3, AddressStyle.Slavic),
        new("sl_SI", 3, AddressStyle.Slavic),
        new("sr_RS_latin", 2, AddressStyle.Slavic),
        new("ro", 2, AddressStyle.Polish),
        new("lv", 1, AddressStyle.Slavic),
        new("hu", 4, AddressStyle.Hungarian),
        new("tr", 3, AddressStyle.Turkish),
        new("az", 1, AddressStyle.Turkish),
        new("uz_UZ_latin", 1, AddressStyle.Turkish),
        new("id_ID", 2, AddressStyle.Asian),
        new("vi", 3, AddressStyle.Asian, "world"),
        new("ru_roman", 3, AddressStyle.Russian, "ru_more"),
        new("uk_roman", 2, AddressStyle.Russian),
        new("el_roman", 2, AddressStyle.Slavic),
        new("ja_roman", 4, AddressStyle.Asian, "world"),
        new("zh_roman", 4, AddressStyle.Asian, "world"),
        new("ko_roman", 2, AddressStyle.Asian, "world"),
        new("ar_roman", 5, AddressStyle.Asian, "world"),
        new("fa_roman", 3, AddressStyle.Asian, "world"),
        new("he_roman", 2, AddressStyle.Asian, "world"),
        new("th_roman", 2, AddressStyle.Asian, "world"),
        new("ig_er", 3, AddressStyle.British, "world"),
        new("ru", 1, AddressStyle.Russian),
        new("uk", 1, AddressStyle.Russian),
        new("el", 1, AddressStyle.Slavic),
        new("ar", 1, AddressStyle.Asian),
        new("fa", 1, AddressStyle.Asian),
        new("he", 1, AddressStyle.Asian),
        new("ja", 1, AddressStyle.Asian, "world"),
        new("ko", 1, AddressStyle.Asian),
        new("zh_CN", 1, AddressStyle.Asian),
    ];

    /// <summary>Sections of the lists in which its entries are.</summary>
    public IEnumerable<string> Sections => More.Prepend(Name);
}
