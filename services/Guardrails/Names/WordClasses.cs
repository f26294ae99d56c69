namespace Millrace.Guardrails.Names;

/// <summary>What the lists say of a word. A word can be of several classes: <c>Florence</c> is a first name and a city.</summary>
[Flags]
internal enum WordClasses : ushort
{
    /// <summary>In no list.</summary>
    None = 0,

    /// <summary>A first name.</summary>
    FirstName = 1 << 0,

    /// <summary>A surname.</summary>
    Surname = 1 << 1,

    /// <summary>A city.</summary>
    City = 1 << 2,

    /// <summary>A country or a continent.</summary>
    Country = 1 << 3,

    /// <summary>A state, a province, a county.</summary>
    State = 1 << 4,

    /// <summary>A part of the name of a place that has several words, such as <c>San</c>.</summary>
    PlacePart = 1 << 5,

    /// <summary>A nationality, a religion, a political group.</summary>
    Nationality = 1 << 6,

    /// <summary>A kind of street: <c>Avenue</c>, <c>rue</c>, <c>ulica</c>.</summary>
    StreetType = 1 << 7,

    /// <summary>A part of a street's name.</summary>
    StreetName = 1 << 8,

    /// <summary>A legal form: <c>Ltd</c>, <c>GmbH</c>.</summary>
    LegalForm = 1 << 9,

    /// <summary>A word of which names of organisations are made: <c>Bank</c>, <c>Holdings</c>.</summary>
    OrganisationWord = 1 << 10,

    /// <summary>A part of the name of a known organisation.</summary>
    Organisation = 1 << 11,

    /// <summary>A word of job titles.</summary>
    Job = 1 << 12,

    /// <summary>An honorific: <c>Mr</c>, <c>Dr</c>, <c>Frau</c>.</summary>
    Honorific = 1 << 13,

    /// <summary>A month, a day of the week, a word of dates.</summary>
    Date = 1 << 14,

    /// <summary>A word of ordinary texts.</summary>
    Common = 1 << 15,

    /// <summary>Classes whose words are few: each is known by itself.</summary>
    Closed = Common | Country | Nationality | StreetType | LegalForm | OrganisationWord | Job | Honorific | Date,

    /// <summary>Classes of names, of which there are always some that no list has.</summary>
    Open = FirstName | Surname | City | State | PlacePart | StreetName | Organisation,
}
