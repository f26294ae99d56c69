namespace Millrace.Guardrails.Names;

/// <summary>
/// What the tagger says of a token: outside, the beginning of something, or inside it. Kinds that never stand side by side have one tag.
/// </summary>
internal static class EntityTags
{
    /// <summary>Tags that a row of weights has room for.</summary>
    public const int Lanes = 16;

    /// <summary>Belongs to nothing.</summary>
    public const int Outside = 0;

    private const int Inside = 1;
    private const int PairsEnd = 9;

    /// <summary>Rules by kind of entity.</summary>
    public static readonly IReadOnlyList<string> Rules =
    [
        "entity.person", "entity.location", "entity.organisation", "entity.address", "entity.nationality", "entity.title",
        "entity.postal_code", "entity.date_time", "entity.age",
    ];

    /// <summary>Kinds that are reported. Dates and ages are tagged, so that they are nothing else, and rules find them better.</summary>
    public const int ReportedKinds = 7;

    // Kinds 0 to 3 have two tags each, from 1 on; the others one.
    private const int PairedKinds = 4;

    // By the tag before: the tags that may follow, as a set of bits.
    private static readonly ushort[] Following = [.. Enumerable.Range(0, Lanes).Select(FollowingOf)];

    /// <summary>How many tags are used.</summary>
    public static int Count => PairsEnd + Rules.Count - PairedKinds;

    /// <summary>Tag of a token of a kind of entity.</summary>
    /// <param name="kind">Index into <see cref="Rules"/>.</param>
    /// <param name="isFirst">Whether the entity begins there.</param>
    public static int Of(int kind, bool isFirst) =>
        kind < PairedKinds ? 1 + (kind * 2) + (isFirst ? 0 : Inside) : PairsEnd + kind - PairedKinds;

    /// <summary>Kind of entity of a tag, as an index into <see cref="Rules"/>; -1 for outside.</summary>
    public static int KindOf(int tag) => tag >= PairsEnd ? tag - PairsEnd + PairedKinds : (tag + 1) / 2 - 1;

    /// <summary>Whether a token with this tag goes on with the entity of the token before.</summary>
    public static bool Continues(int tag, int before) =>
        tag != Outside && KindOf(tag) == KindOf(before) && (tag >= PairsEnd || (tag - 1) % 2 == Inside);

    /// <summary>Whether a tag may stand behind another.</summary>
    public static bool MayFollow(int tag, int before) => (Following[before] >> tag & 1) != 0;

    private static ushort FollowingOf(int before)
    {
        var tags = 0;
        for (var tag = 0; tag < Count; tag++)
        {
            var isInside = tag is > 0 and < PairsEnd && (tag - 1) % 2 == Inside;
            if (!isInside || (before < Count && KindOf(tag) == KindOf(before))) tags |= 1 << tag;
        }

        return (ushort)tags;
    }
}
