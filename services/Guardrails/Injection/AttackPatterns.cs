using static Millrace.Guardrails.Injection.Concepts;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// The patterns. None of them decides: each is something that the classifier knows of a sentence, and training found what it is worth,
/// so one that honest text has as well counts for little.
/// </summary>
internal static class AttackPatterns
{
    /// <summary>All patterns.</summary>
    public static IReadOnlyList<AttackPattern> All { get; } =
    [
        new("override", true, 10, Ignore, Prior, Orders | Limits),
        new("override_near", true, 5, Ignore, Orders | Limits),
        new("override_last", true, 9, Prior, Orders | Limits, Ignore),
        new("override_everything", true, 7, Ignore, Prior | Verbatim, Verbatim | Tell),
        new("override_any", false, 12, Ignore, Prior, Orders),
        new("new_orders", true, 8, New, Orders),
        new("follow_new", true, 10, Follow, New | Prior, Orders),
        new("not_follow", true, 9, Never, Follow, Orders | Limits),
        new("without_limits", true, 7, Without, Limits),
        new("without_limits_any", false, 7, Without | Never, Limits, You | Answer | Now),
        new("unlimited", true, 20, Unlimited),
        new("you_unlimited", false, 9, You | Assistant, Unlimited),
        new("limits_off", false, 6, Limits, Ignore | Harm),
        new("enable_mode", false, 7, Enable | Now, Authority | Unlimited | Hidden, Mode),
        new("mode", false, 4, Authority | Unlimited, Mode),
        new("you_are_now", true, 5, You, Now),
        new("now_you", true, 6, Now, You | Pretend),
        new("pretend_you", true, 6, Pretend, You),
        new("pretend_unlimited", true, 14, Pretend, Unlimited | Without | Limits),
        new("pretend_assistant", true, 10, Pretend, Assistant),
        new("persona", true, 20, Persona),
        new("persona_you", false, 10, Persona, You | Pretend | Answer),
        new("reveal_orders", true, 9, Reveal, Hidden, Orders),
        new("reveal_your_orders", true, 7, Reveal, Prior, Orders),
        new("reveal_any", false, 10, Reveal, Hidden | Prior, Orders),
        new("reveal_verbatim", false, 12, Reveal, Verbatim),
        new("reveal_near", true, 5, Reveal, Orders),
        new("what_orders", true, 7, Prior, Hidden, Orders),
        new("reveal_secret", true, 8, Reveal, Secret),
        new("reveal_secret_any", false, 8, Reveal, Prior | Hidden, Secret),
        new("send_address", false, 14, Send, Address),
        new("send_secret", false, 10, Send, Secret),
        new("send_secret_address", false, 18, Send, Secret, Address),
        new("markup_address", false, 18, Markup, Address),
        new("markup_secret", false, 18, Markup, Secret),
        new("tool_harm", false, 8, Tool | Run, Harm),
        new("run_tool", false, 8, Run, Tool),
        new("harm_secret", false, 8, Harm, Secret | User),
        new("never_tell_user", false, 8, Never | Without, Tell, User | Assistant),
        new("never_tell", true, 5, Never, Tell),
        new("never_refuse", true, 6, Never | Without, Refuse),
        new("never_refuse_any", false, 6, Never | Without, Refuse),
        new("answer_always", false, 8, Answer, Always, Without | Never),
        new("authority", false, 10, Authority, Limits | Orders | Ignore),
        new("authority_you", false, 9, Authority, You, Prior | Limits),
        new("authority_reveal", false, 14, Authority, Reveal | Enable),
        new("hidden_orders", true, 4, Hidden, Orders),
        new("decode_follow", false, 14, Decode | Cipher, Follow | Run),
        new("decode_cipher", false, 8, Decode, Cipher),
        new("answer_cipher", false, 8, Answer | Reveal, Cipher),
        new("fiction_unlimited", false, 16, Fiction, Unlimited | Limits | Forbidden),
        new("fiction_forbidden", false, 16, Fiction | Pretend, Forbidden),
        new("assistant_must", false, 8, Assistant, Follow | Never | Ignore | Run),
        new("assistant_orders", false, 9, Assistant, Orders),
        new("assistant_send", false, 10, Assistant, Send | Reveal),
        new("user_secret", false, 8, User, Secret),
        new("forbidden", true, 20, Forbidden),
    ];
}
