using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Keeps conversations in memory by the rules of the real one: what ids are, and that one is not stored twice.</summary>
internal sealed partial class FakeSessions : SessionsService.SessionsServiceBase
{
    /// <summary>Whether the service is away.</summary>
    public bool IsAway { get; set; }

    public ConcurrentDictionary<string, List<Message>> Conversations { get; } = new();

    public override Task<GetWindowResponse> GetWindow(GetWindowRequest request, ServerCallContext context)
    {
        RequirePresence();
        if (!Conversations.TryGetValue(request.ConversationId, out var messages))
            throw new MillraceException(Reason.ConversationNotFound, $"The conversation '{request.ConversationId}' does not exist.");
        var response = new GetWindowResponse();
        response.Messages.Add(messages);
        return Task.FromResult(response);
    }

    public override Task<AppendMessagesResponse> AppendMessages(AppendMessagesRequest request, ServerCallContext context)
    {
        RequirePresence();
        if (request.Messages.Any(message => !MessageId().IsMatch(message.Id)))
            throw MillraceException.InvalidArgument("messages[0].id", "An id of a message has other characters, or too many.");
        var messages = Conversations.GetOrAdd(request.ConversationId, _ => []);
        foreach (var message in request.Messages.Where(message => messages.All(known => known.Id != message.Id))) messages.Add(message);
        return Task.FromResult(new AppendMessagesResponse());
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,128}\z")]
    private static partial Regex MessageId();

    private void RequirePresence()
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
    }
}
