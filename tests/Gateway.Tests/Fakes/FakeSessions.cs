using System.Collections.Concurrent;
using Grpc.Core;
using Millrace.Contracts.Sessions.V1;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Keeps conversations in memory; a message id that is there already is not stored again.</summary>
internal sealed class FakeSessions : SessionsService.SessionsServiceBase
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
        var messages = Conversations.GetOrAdd(request.ConversationId, _ => []);
        foreach (var message in request.Messages.Where(message => messages.All(known => known.Id != message.Id))) messages.Add(message);
        return Task.FromResult(new AppendMessagesResponse());
    }

    private void RequirePresence()
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
    }
}
