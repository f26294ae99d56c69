using Millrace.Contracts.Sessions.V1;
using Millrace.Gateway.Runs;
using Millrace.ServiceDefaults.Errors;

namespace Millrace.Gateway.Api.Responses;

/// <summary>Finds what went before a response, and removes what it left.</summary>
internal sealed class ResponsePlaces(RunHost host, SessionsService.SessionsServiceClient sessions)
{
    private const string Previous = "previous_response_id";

    /// <summary>Where a response stands among messages.</summary>
    /// <exception cref="MillraceException">What it is to follow is not there, or not whole.</exception>
    public async Task<ResponsePlace> FindAsync(ResponseSpec spec, string id, CancellationToken cancellationToken)
    {
        if (spec.PreviousId is { } previous) return await BehindAsync(previous, cancellationToken);
        if (spec.ConversationId is { } conversation) return await InAsync(conversation, cancellationToken);
        return spec.Store ? new ResponsePlace($"r{id}", "root", IsOwn: true) : new ResponsePlace(null, null, IsOwn: false);
    }

    /// <summary>Deletes the messages of a response that are in no conversation of the application.</summary>
    public async Task RemoveAsync(ResponseRecord record, CancellationToken cancellationToken)
    {
        if (record is not { OwnsConversation: true, ConversationId: { } conversation }) return;
        try
        {
            foreach (var message in record.MessageIds)
                await sessions.DeleteMessageAsync(
                    new DeleteMessageRequest { ConversationId = conversation, MessageId = message }, cancellationToken: cancellationToken);
            var left = await sessions.GetConversationAsync(
                new GetConversationRequest { Id = conversation }, cancellationToken: cancellationToken);
            if (left.Conversation.MessageCount == 0)
                await sessions.DeleteConversationAsync(
                    new DeleteConversationRequest { Id = conversation }, cancellationToken: cancellationToken);
        }
        catch (MillraceException error) when (error.Reason is Reason.ConversationNotFound or Reason.MessageNotFound)
        {
            // Somebody else has deleted it.
        }
    }

    /// <summary>A stored response and its run.</summary>
    /// <exception cref="MillraceException">There is none (response_not_found).</exception>
    public async Task<(Run Run, ResponseRecord Record)> GetAsync(string id, string param, CancellationToken cancellationToken)
    {
        try
        {
            var run = await host.GetAsync(id, cancellationToken);
            if (id.StartsWith("resp_", StringComparison.Ordinal) && ResponseRecord.Read(run.Result.Span) is { } record
                && record.Response.GetProperty("store"u8).GetBoolean())
                return (run, record);
        }
        catch (MillraceException error) when (error.Reason is Reason.ResponseNotFound or Reason.InvalidArgument)
        {
            // Told below, in the words of the request.
        }

        throw new MillraceException(
            Reason.ResponseNotFound,
            $"There is no stored response '{id}'. It may have been deleted, kept for its time, or made with 'store' false.")
        {
            Param = param,
        };
    }

    private async Task<ResponsePlace> BehindAsync(string id, CancellationToken cancellationToken)
    {
        var (run, record) = await GetAsync(id, Previous, cancellationToken);
        if (run.State == RunState.Running)
            throw MillraceException.InvalidArgument(Previous, $"The response '{id}' is not complete. Wait for it, or cancel it.");
        return record.MessageIds.Length > 0
            ? new ResponsePlace(record.ConversationId, record.MessageIds[^1], record.OwnsConversation)
            : throw MillraceException.InvalidArgument(Previous, $"The response '{id}' left no answer that could be followed. Begin anew.");
    }

    private async Task<ResponsePlace> InAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await sessions.GetConversationAsync(new GetConversationRequest { Id = id }, cancellationToken: cancellationToken);
            return new ResponsePlace(id, null, IsOwn: false);
        }
        catch (MillraceException error) when (error.Reason == Reason.ConversationNotFound)
        {
            throw new MillraceException(Reason.ConversationNotFound, error.Message, error) { Param = "conversation" };
        }
    }
}
