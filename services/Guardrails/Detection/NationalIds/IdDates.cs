namespace Millrace.Guardrails.Detection.NationalIds;

/// <summary>Dates of birth inside national ids.</summary>
internal static class IdDates
{
    private static readonly byte[] DaysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>Whether there is such a day in some year; two digits each.</summary>
    public static bool IsDay(ReadOnlySpan<char> month, ReadOnlySpan<char> day) => IsDay(CheckSums.Number(month), CheckSums.Number(day));

    /// <summary>Whether there is such a day in some year.</summary>
    public static bool IsDay(int month, int day) => month is >= 1 and <= 12 && day >= 1 && day <= DaysOf[month - 1];

    /// <summary>Whether four digits are a year in which somebody alive may have been born.</summary>
    public static bool IsYear(ReadOnlySpan<char> year) => CheckSums.Number(year) is >= 1900 and <= 2099;
}
