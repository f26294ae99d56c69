namespace Millrace.Guardrails.Content;

/// <summary>What kinds of words a text has; a word may be of several.</summary>
[Flags]
internal enum WordKinds
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Swear words.</summary>
    Profanity = 1,

    /// <summary>What people are called to hurt them.</summary>
    Insult = 2,

    /// <summary>Abusive names of groups of people.</summary>
    Slur = 4,

    /// <summary>Names of groups of people, which harm nobody by themselves.</summary>
    Group = 8,

    /// <summary>Words that are there to arouse.</summary>
    Explicit = 16,

    /// <summary>Bodies and love in general.</summary>
    Intimate = 32,

    /// <summary>Children and young people.</summary>
    Minor = 64,

    /// <summary>Hurting and killing.</summary>
    Violence = 128,

    /// <summary>Torn bodies.</summary>
    Gore = 256,

    /// <summary>Weapons.</summary>
    Weapon = 512,

    /// <summary>Drugs.</summary>
    Drug = 1024,

    /// <summary>Hurting oneself.</summary>
    SelfHarm = 2048,

    /// <summary>Care, law, news and teaching: what speaks soberly of harm.</summary>
    Sober = 4096,

    /// <summary>Calling people animals, dirt or a disease.</summary>
    Dehumanising = 8192,

    /// <summary>The one spoken to.</summary>
    You = 16384,

    /// <summary>The speaker.</summary>
    Me = 32768,

    /// <summary>Words for pornography and sexual acts that mean nothing else.</summary>
    Lewd = 65536,

    /// <summary>Words for children that are not used of adults.</summary>
    Child = 131072,
}
