namespace Millrace.Guardrails.Detection.Secrets;

/// <summary>How the keys of one maker are written.</summary>
/// <param name="Prefix">What they start with, letter for letter.</param>
/// <param name="CharsMin">Fewest characters behind it.</param>
/// <param name="CharsMax">Most characters behind it.</param>
/// <param name="Marks">Marks that they have besides letters and digits.</param>
internal sealed record KeyShape(string Prefix, int CharsMin, int CharsMax, string Marks = "")
{
    private const int LongMax = 200;

    /// <summary>Most characters of any of them.</summary>
    public const int KeyCharsMax = LongMax + 32;

    /// <summary>The makers' keys, longer prefixes before shorter ones.</summary>
    public static IReadOnlyList<KeyShape> All { get; } =
    [
        new("sk-", 20, LongMax, "-_"), // OpenAI, Anthropic and who followed them
        new("mr-", 41, 41, "-"), // Millrace
        new("AKIA", 16, 16), new("ASIA", 16, 16), new("ABIA", 16, 16), new("ACCA", 16, 16), // AWS
        new("ghp_", 36, LongMax), new("gho_", 36, LongMax), new("ghu_", 36, LongMax), new("ghs_", 36, LongMax), new("ghr_", 36, LongMax),
        new("github_pat_", 22, LongMax, "_"),
        new("glpat-", 20, LongMax, "-_"), new("glptt-", 20, LongMax, "-_"), new("gldt-", 20, LongMax, "-_"),
        new("glrt-", 20, LongMax, "-_"),
        new("xoxb-", 24, LongMax, "-"), new("xoxp-", 24, LongMax, "-"), new("xoxa-", 24, LongMax, "-"), new("xoxr-", 24, LongMax, "-"),
        new("xoxs-", 24, LongMax, "-"), new("xapp-", 24, LongMax, "-"), new("hooks.slack.com/services/", 30, 80, "/"),
        new("AIza", 35, 35, "-_"), new("GOCSPX-", 24, 40, "-_"), new("ya29.", 20, LongMax, "-_"), // Google
        new("sk_live_", 16, LongMax), new("sk_test_", 16, LongMax), new("rk_live_", 16, LongMax), new("rk_test_", 16, LongMax), // Stripe
        new("whsec_", 24, 64, "+/"),
        new("npm_", 36, 36), new("pypi-", 32, LongMax, "-_"), new("rubygems_", 48, 48), new("dckr_pat_", 20, 64, "-_"),
        new("hf_", 30, 40), new("gsk_", 40, 64), new("pplx-", 32, 64), new("r8_", 36, 40), new("xai-", 60, 100), // models
        new("SG.", 60, 80, "-_."), new("key-", 32, 32), // mail
        new("AC", 32, 32), new("SK", 32, 32), // Twilio
        new("dop_v1_", 64, 64), new("doo_v1_", 64, 64), new("shpat_", 32, 32), new("shpss_", 32, 32), new("dapi", 32, 32),
        new("PMAK-", 50, 70, "-"), new("glsa_", 32, 50, "_"), new("NRAK-", 27, 27), new("hvs.", 24, LongMax, "-_"),
        new("lin_api_", 32, 48), new("ntn_", 40, 50), new("figd_", 36, 50, "-_"), new("sbp_", 40, 40), new("ATATT3", 60, LongMax, "-_="),
        new("AGE-SECRET-KEY-1", 58, 58), new("sntrys_", 60, LongMax, "+/=_"),
    ];

    /// <summary>Whether a character can stand behind the prefix.</summary>
    public bool Belongs(char c) => char.IsAsciiLetterOrDigit(c) || (c != '\0' && Marks.Contains(c));
}
