using Millrace.Guardrails.Content;
using Millrace.Guardrails.Injection;

namespace Millrace.Guardrails.Detection;

/// <summary>Every recogniser there is. Their order decides between equally long findings at one position.</summary>
public static class RecogniserCatalog
{
    /// <summary>All recognisers.</summary>
    public static IReadOnlyList<Recogniser> All { get; } =
    [
        new EmailRecogniser(),
        new CreditCardRecogniser(),
        new SsnRecogniser(),
        new PhoneRecogniser(),
        .. InjectionPhrases.All,
        new ProfanityRecogniser(),
    ];
}
