namespace Millrace.Guardrails.Injection;

/// <summary>What a word of an attack means, whatever its language. A word may mean several things.</summary>
[Flags]
internal enum Concepts : ulong
{
    /// <summary>A word of no interest.</summary>
    None = 0,

    /// <summary>To ignore, to forget, to override.</summary>
    Ignore = 1UL << 0,

    /// <summary>Previous, above, all, your.</summary>
    Prior = 1UL << 1,

    /// <summary>Instructions, rules, prompt.</summary>
    Orders = 1UL << 2,

    /// <summary>Limits, filters, policies of safety.</summary>
    Limits = 1UL << 3,

    /// <summary>You.</summary>
    You = 1UL << 4,

    /// <summary>Now, from now on.</summary>
    Now = 1UL << 5,

    /// <summary>To pretend, to act as, to play a role.</summary>
    Pretend = 1UL << 6,

    /// <summary>Names of famous unlimited roles.</summary>
    Persona = 1UL << 7,

    /// <summary>To reveal, to print, to repeat, to show.</summary>
    Reveal = 1UL << 8,

    /// <summary>System, initial, hidden: what instructions of an operator are called.</summary>
    Hidden = 1UL << 9,

    /// <summary>To send, to post, to forward, to upload.</summary>
    Send = 1UL << 10,

    /// <summary>An address to send to.</summary>
    Address = 1UL << 11,

    /// <summary>Secrets: passwords, keys, conversations, private data.</summary>
    Secret = 1UL << 12,

    /// <summary>Without, no, free of.</summary>
    Without = 1UL << 13,

    /// <summary>Not, never, must not.</summary>
    Never = 1UL << 14,

    /// <summary>To refuse, to apologise, to warn.</summary>
    Refuse = 1UL << 15,

    /// <summary>Administrator, developer, owner, maker.</summary>
    Authority = 1UL << 16,

    /// <summary>Mode: developer mode, debug mode.</summary>
    Mode = 1UL << 17,

    /// <summary>Enable, activate, switch to, enter.</summary>
    Enable = 1UL << 18,

    /// <summary>Tool, function, command, shell.</summary>
    Tool = 1UL << 19,

    /// <summary>To call, to run, to execute.</summary>
    Run = 1UL << 20,

    /// <summary>To delete, to transfer, to pay: what does harm through a tool.</summary>
    Harm = 1UL << 21,

    /// <summary>The user, as one speaks of someone who is not there.</summary>
    User = 1UL << 22,

    /// <summary>To tell, to mention, to let know.</summary>
    Tell = 1UL << 23,

    /// <summary>Assistant, model, chatbot.</summary>
    Assistant = 1UL << 24,

    /// <summary>New, real, updated: of instructions.</summary>
    New = 1UL << 25,

    /// <summary>To follow, to obey, to carry out.</summary>
    Follow = 1UL << 26,

    /// <summary>Encoded: base64, rot13, cipher, reversed.</summary>
    Cipher = 1UL << 27,

    /// <summary>To decode, to translate, to join.</summary>
    Decode = 1UL << 28,

    /// <summary>A story, a novel, a game, a hypothesis.</summary>
    Fiction = 1UL << 29,

    /// <summary>Harmful, illegal, forbidden.</summary>
    Forbidden = 1UL << 30,

    /// <summary>Restricted, filtered, censored; unrestricted has both meanings in one word.</summary>
    Unlimited = 1UL << 31,

    /// <summary>Word for word, verbatim, above, everything before.</summary>
    Verbatim = 1UL << 32,

    /// <summary>To answer, to respond, to comply.</summary>
    Answer = 1UL << 33,

    /// <summary>Always, every, any.</summary>
    Always = 1UL << 34,

    /// <summary>An image or a link in markup.</summary>
    Markup = 1UL << 35,
}
