using System.Collections.Concurrent;
using System.Text;
using Grpc.Core;
using Millrace.Contracts.Guardrails.V1;

namespace Millrace.Gateway.Tests.Fakes;

/// <summary>Masks one e-mail address and blocks one word; holds back from the last blank on.</summary>
internal sealed class FakeGuardrails : GuardrailsService.GuardrailsServiceBase
{
    public const string Address = "ann@example.com";
    public const string Mask = "[EMAIL]";
    public const string Forbidden = "FORBIDDEN";
    public const string Injected = "INJECTED";
    public const string Secret = "SECRET-7";

    /// <summary>Whether the service is away.</summary>
    public bool IsAway { get; set; }

    /// <summary>The policies that inputs were checked by.</summary>
    public ConcurrentQueue<string> Policies { get; } = new();

    /// <summary>The input checks, as they came.</summary>
    public ConcurrentQueue<CheckInputRequest> Inputs { get; } = new();

    /// <summary>The whole outputs that were checked, as they came.</summary>
    public ConcurrentQueue<CheckOutputRequest> Outputs { get; } = new();

    /// <summary>The beginnings of filtered streams.</summary>
    public ConcurrentQueue<FilterStart> Starts { get; } = new();

    /// <summary>What every input check gives besides.</summary>
    public CheckInputResponse Template { get; set; } = new() { PolicyVersion = "1" };

    /// <summary>What every input check finds besides.</summary>
    public IReadOnlyList<Finding> MoreFindings { get; set; } = [];

    /// <summary>What every text scores, in categories that it names.</summary>
    public IReadOnlyList<CategoryScore> Scores { get; set; } = [];

    /// <summary>Happens while an input is checked.</summary>
    public Action Checking { get; set; } = () => { };

    public override Task<CheckInputResponse> CheckInput(CheckInputRequest request, ServerCallContext context)
    {
        RequirePresence();
        Checking();
        Policies.Enqueue(request.Policy);
        Inputs.Enqueue(request);
        var response = Template.Clone();
        response.Action = GuardAction.Allow;
        response.Findings.Add(MoreFindings);
        var blocked = request.Texts.ToList().FindIndex(text => text.Contains(Forbidden, StringComparison.Ordinal));
        if (blocked >= 0)
        {
            response.Action = GuardAction.Block;
            response.Findings.Add(new Finding { Rule = "test.forbidden", Action = GuardAction.Block, TextIndex = (uint)blocked });
            return Task.FromResult(response);
        }

        response.Texts.Add(request.Texts.Select((text, index) => Masked(text, SourceOf(request, index))));
        if (!response.Texts.SequenceEqual(request.Texts)) response.Action = GuardAction.Modify;
        Quarantine(request, response);
        return Task.FromResult(response);
    }

    public override Task<ModerateResponse> Moderate(ModerateRequest request, ServerCallContext context)
    {
        RequirePresence();
        var response = new ModerateResponse { PolicyVersion = "1" };
        response.Texts.AddRange(request.Texts.Select(_ => new TextModeration { Categories = { Scores } }));
        return Task.FromResult(response);
    }

    public override Task<CheckOutputResponse> CheckOutput(CheckOutputRequest request, ServerCallContext context)
    {
        RequirePresence();
        Outputs.Enqueue(request);
        var masked = request.Text.Replace(Address, Mask, StringComparison.Ordinal);
        return Task.FromResult(
            new CheckOutputResponse { Action = masked == request.Text ? GuardAction.Allow : GuardAction.Modify, Text = masked });
    }

    public override async Task FilterOutput(
        IAsyncStreamReader<FilterOutputRequest> requestStream,
        IServerStreamWriter<FilterOutputResponse> responseStream,
        ServerCallContext context)
    {
        RequirePresence();
        var pending = new StringBuilder();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var message = requestStream.Current;
            if (message.MessageCase == FilterOutputRequest.MessageOneofCase.Start) Starts.Enqueue(message.Start);
            if (message.MessageCase == FilterOutputRequest.MessageOneofCase.Start) continue;
            pending.Append(message.Delta);
            var text = pending.ToString();
            if (text.Contains(Forbidden, StringComparison.Ordinal))
            {
                await responseStream.WriteAsync(new FilterOutputResponse { Blocked = new FilterBlocked() });
                return;
            }

            var ends = message.MessageCase == FilterOutputRequest.MessageOneofCase.End;
            var length = ends ? text.Length : text.LastIndexOf(' ') + 1;
            pending.Remove(0, length);
            var safe = text[..length].Replace(Address, Mask, StringComparison.Ordinal);
            await responseStream.WriteAsync(new FilterOutputResponse { Text = safe });
            if (ends) await responseStream.WriteAsync(
                new FilterOutputResponse { Finished = new FilterFinished { Action = GuardAction.Allow } });
        }
    }

    public override Task<ExplainResponse> Explain(ExplainRequest request, ServerCallContext context)
    {
        RequirePresence();
        Policies.Enqueue(request.Policy);
        return Task.FromResult(new ExplainResponse
        {
            Action = GuardAction.Modify,
            Text = $"{request.Direction} {request.Source} {request.Text.Replace(Address, Mask, StringComparison.Ordinal)}",
            Policy = request.Policy,
            PolicyVersion = "1",
            DurationUs = 12,
            Findings = { new Finding { Rule = "pii.email", Action = GuardAction.Modify, Score = 0.75f, Detail = "d", DryRun = true } },
        });
    }

    public override Task<ListPoliciesResponse> ListPolicies(ListPoliciesRequest request, ServerCallContext context)
    {
        RequirePresence();
        return Task.FromResult(new ListPoliciesResponse
        {
            Policies = { new PolicySummary { Name = "default", Version = "1", IsDefault = true } },
        });
    }

    private static TextSource SourceOf(CheckInputRequest request, int index) =>
        index < request.Sources.Count ? request.Sources[index] : TextSource.User;

    // Addresses in documents are for everybody to see; secrets are not.
    private static string Masked(string text, TextSource source) => source == TextSource.Document
        ? text.Replace(Secret, Mask, StringComparison.Ordinal)
        : text.Replace(Address, Mask, StringComparison.Ordinal);

    private static void Quarantine(CheckInputRequest request, CheckInputResponse response)
    {
        for (var i = 0; i < request.Texts.Count; i++)
        {
            if (SourceOf(request, i) is not (TextSource.Document or TextSource.Tool)) continue;
            if (!request.Texts[i].Contains(Injected, StringComparison.Ordinal)) continue;
            response.Texts[i] = string.Empty;
            response.Quarantined.Add((uint)i);
        }
    }

    private void RequirePresence()
    {
        if (IsAway) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
    }
}
