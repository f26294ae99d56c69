using System.Collections.Frozen;
using Grpc.Core;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Retrieval;

/// <summary>
/// Retrieval's refusals in the words of who called the Gateway: its contract and the API have a few fields of other names, and a chat has
/// its fields in an object.
/// </summary>
internal static class RetrievalRefusals
{
    /// <summary>Where the fields of a chat's search are.</summary>
    public const string OfChat = "millrace.";

    private const string InTheContract = "retrieval.";

    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["collection"] = "collections",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> OfTheRequest =
        FrozenSet.Create(StringComparer.Ordinal, "parent_message_id", "prompt_preset", "sampling_preset");

    private static readonly FrozenDictionary<string, string> OfTheApi = new Dictionary<string, string>
    {
        ["metadata_json"] = "metadata", ["page_token"] = "after", ["page_size"] = "limit",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Awaits a search or a context.</summary>
    /// <param name="call">The call.</param>
    /// <param name="prefix">Where the application has the fields of the search.</param>
    /// <exception cref="MillraceException">It was refused; the exception names the application's field.</exception>
    public static async Task<T> InWordsOfTheCallerAsync<T>(this AsyncUnaryCall<T> call, string prefix = "")
    {
        try
        {
            return await call;
        }
        catch (MillraceException refusal) when (refusal.Param is { } param)
        {
            throw Renamed(refusal, prefix + Names.GetValueOrDefault(param, param), refusal.Message);
        }
    }

    /// <summary>A refusal of a document, job or list with the names that the HTTP API has for its fields.</summary>
    public static MillraceException InWordsOfTheApi(this MillraceException refusal) =>
        refusal.Param is { } param && OfTheApi.GetValueOrDefault(param) is { } name
            ? Renamed(refusal, name, refusal.Message.Replace(param, name, StringComparison.Ordinal))
            : refusal;

    /// <summary>
    /// A refusal of a chat in the names of the contract of the Gateway, where the search has another one than in the HTTP API, and what is
    /// not of the search stands by itself.
    /// </summary>
    public static MillraceException InWordsOfTheContract(this MillraceException refusal)
    {
        if (refusal.Param is not { } param || !param.StartsWith(OfChat, StringComparison.Ordinal)) return refusal;
        var prefix = OfTheRequest.Contains(param[OfChat.Length..]) ? string.Empty : InTheContract;
        return Renamed(refusal, prefix + param[OfChat.Length..], refusal.Message.Replace(OfChat, prefix, StringComparison.Ordinal));
    }

    private static MillraceException Renamed(MillraceException refusal, string param, string message) =>
        new(refusal.Reason, message, refusal) { Param = param, RetryAfter = refusal.RetryAfter };
}
