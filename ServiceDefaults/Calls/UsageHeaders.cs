namespace Millrace.ServiceDefaults.Calls;

/// <summary>How the edge learns from the gateway what a request took, to hold keys to their limits.</summary>
public static class UsageHeaders
{
    /// <summary>Header of a request whose tokens are to be reported: an id under which those of a stream are found.</summary>
    public const string Ask = "x-millrace-usage";

    /// <summary>Header of a whole answer: tokens of prompt and answer together.</summary>
    public const string Tokens = "x-millrace-usage-tokens";

    /// <summary>Path of the gateway below which the tokens of a stream are for a while, by the id that the request gave. No client reaches
    /// it.</summary>
    public const string Path = "/usage";
}
