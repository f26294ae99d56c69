using Millrace.Guardrails.Content;
using Millrace.Guardrails.Detection.Accounts;
using Millrace.Guardrails.Detection.Crypto;
using Millrace.Guardrails.Detection.Dates;
using Millrace.Guardrails.Detection.Documents;
using Millrace.Guardrails.Detection.NationalIds;
using Millrace.Guardrails.Detection.Network;
using Millrace.Guardrails.Detection.Phones;
using Millrace.Guardrails.Detection.Places;
using Millrace.Guardrails.Detection.Secrets;
using Millrace.Guardrails.Injection;

namespace Millrace.Guardrails.Detection;

/// <summary>
/// Every recogniser there is. Their order decides between equally long findings at one position: what a check sum proves comes first, what
/// only words before it tell after it, telephone numbers and dates last.
/// </summary>
public static class RecogniserCatalog
{
    /// <summary>All recognisers.</summary>
    public static IReadOnlyList<Recogniser> All { get; } =
    [
        new EmailRecogniser(),
        new CreditCardRecogniser(),
        new IbanRecogniser(),
        new CryptoAddressRecogniser(),
        new UrlCredentialsRecogniser(),
        new ApiKeyRecogniser(),
        new PasswordRecogniser(),
        .. NationalIdCatalog.All,
        new PassportRecogniser(),
        new DriverLicenceRecogniser(),
        BankNumbers.Routing,
        BankNumbers.Account,
        new IpRecogniser(),
        new MacRecogniser(),
        new DateOfBirthRecogniser(),
        new PhoneRecogniser(),
        new PostalCodeRecogniser(),
        new UrlRecogniser(),
        new AgeRecogniser(),
        new DateTimeRecogniser(),
        .. InjectionPhrases.All,
        new ProfanityRecogniser(),
    ];
}
