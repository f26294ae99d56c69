namespace Millrace.Guardrails.Content;

/// <summary>
/// The words that the lexicon knows, by kind, in lower case; forms in -s, -es, -ed, -ing and -er need not be listed. A word here is a hint
/// and no verdict: the classifier weighs it with what stands around it.
/// </summary>
internal static class ContentWords
{
    /// <summary>The words of each kind.</summary>
    public static IReadOnlyList<(WordKinds Kind, string Words)> All { get; } =
    [
        (WordKinds.Profanity,
            """
            fuck fucking fucker fucked fuckin motherfucker motherfucking shit shitty bullshit shithead goddamn goddamned ass asshole
            arse arsehole dumbass jackass bitch bitchy bastard cunt dick dickhead prick cock pussy twat wank wanker bollocks bugger
            douche douchebag crap piss pissed slut whore tits fag faggot stfu wtf gtfo
            """),
        (WordKinds.Insult,
            """
            idiot moron imbecile loser dumb dumbass jackass asshole arsehole bastard bitch bitchy cunt prick dickhead wanker twat
            douchebag scumbag scum dimwit halfwit nitwit retard retarded freak coward pathetic worthless stupid brainless disgusting
            ugly failure troll clown parasite worm pig cow trash garbage nobody slut whore skank hag lowlife creep shithead
            """),
        (WordKinds.Slur,
            """
            nigger nigga niggers chink gook kike spic wetback raghead towelhead sandnigger paki coon darkie gypsies gypo faggot fag dyke
            tranny shemale retard retarded mongoloid spastic cripple savages redskin squaw injun honky cracker kraut polack zipperhead
            """),
        (WordKinds.Group,
            """
            jew jews jewish muslim muslims islam christian christians hindu hindus sikh atheist black white asian asians arab arabs
            african africans mexican mexicans indian indians chinese turk turks turkish pole poles polish roma immigrant immigrants
            migrant migrants refugee refugees foreigner foreigners gay gays lesbian lesbians homosexual homosexuals trans transgender
            bisexual queer women disabled palestinian palestinians israeli israelis russian russians ukrainian ukrainians
            """),
        (WordKinds.Explicit,
            """
            porn porno pornography pornographic nudes erotica erotic horny cum cumming blowjob handjob dildo orgy threesome masturbate
            masturbating masturbation cock pussy tits boobs titties milf hentai xxx fetish bdsm kinky slutty orgasm climax moan moaning
            moaned thrust thrusting cleavage panties sexting sext nsfw stripper strip striptease hooker escort deepthroat gangbang anal
            """),
        (WordKinds.Intimate,
            """
            sex sexual sexy sexually naked nude nudity breast breasts nipple nipples penis vagina genitals intercourse undress undressed
            kiss kissed kissing lust aroused arousal bed lover seduce seduced explicit
            """),
        (WordKinds.Minor,
            """
            child children kid kids minor minors underage teen teenage teenager teenagers preteen toddler toddlers schoolgirl
            schoolgirls schoolboy schoolboys boy boys girl girls baby babies infant infants loli lolita shota daughter son niece nephew
            pupil pupils
            """),
        (WordKinds.Violence,
            """
            kill killing killed killer murder murdered murdering stab stabbed stabbing shoot shooting shot strangle strangled choke beat
            beaten beating hang hanged hanging lynch lynched slaughter slaughtered massacre behead beheaded torture tortured torturing
            assassinate assassinated exterminate exterminated gas gassed wipe annihilate smash burn burned cripple maim hurt harm attack
            bomb bombing explode rape raped raping
            """),
        (WordKinds.Gore,
            """
            gore gory guts entrails intestines bowels severed decapitated disembowel disembowelled gouged mutilated mutilate dismember
            dismembered brains splattered flesh torn hacked blood bloody bleeding skull ribs corpse corpses limbs
            """),
        (WordKinds.Weapon,
            """
            bomb bombs explosive explosives grenade gun guns rifle pistol silencer ammunition ricin sarin knife machete molotov
            detonator weapon weapons petrol firearm shotgun poison
            """),
        (WordKinds.Drug,
            """
            meth methamphetamine cocaine heroin crack mdma lsd fentanyl ecstasy ketamine ghb opium weed cannabis dealer drugs drug
            opioid
            """),
        (WordKinds.SelfHarm,
            """
            suicide suicidal suicides selfharm overdose kys unalive noose wrists proana thinspo cutting starve starving
            """),
        (WordKinds.Sober,
            """
            doctor nurse hospital therapy therapist treatment treat patient diagnosed symptom symptoms medicine medical surgery health
            help helpline support recover recovered prevent prevention protect protection protects report reported police court law laws
            legal illegal crime convicted sentenced trial charged arrested penalty history historical museum survivors victims war study
            studies research teach teaches education lesson school essay novel film chapter documentary archive news witness rights
            discrimination racism recognise recognize detect defend
            """),
        (WordKinds.Dehumanising,
            """
            vermin animals rats cockroach cockroaches parasite parasites disease plague filth filthy scum subhuman subhumans garbage
            savages cancer dirt inferior leeches pests breed abomination
            """),
        (WordKinds.Lewd,
            """
            porn porno pornography pornographic nudes erotica horny cum cumming blowjob handjob dildo orgy threesome masturbate
            masturbating masturbation hentai xxx sexting nsfw deepthroat gangbang
            """),
        (WordKinds.Child,
            """
            child children kid kids minor minors underage preteen toddler toddlers schoolgirl schoolgirls schoolboy schoolboys infant
            infants loli lolita shota pupil pupils
            """),
        (WordKinds.You, "you your yours yourself u ur you're youre you'll"),
        (WordKinds.Me, "i my me myself i'm im i'll i've"),
    ];
}
