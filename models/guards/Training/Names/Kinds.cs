namespace Millrace.GuardTraining.Names;

/// <summary>Kinds of entities, in the order of the tagger's rules.</summary>
internal static class Kinds
{
    public const int None = -1;
    public const int Person = 0;
    public const int Location = 1;
    public const int Organisation = 2;
    public const int Address = 3;
    public const int Nationality = 4;
    public const int Title = 5;
    public const int PostalCode = 6;
    public const int Date = 7;
    public const int Age = 8;
}
