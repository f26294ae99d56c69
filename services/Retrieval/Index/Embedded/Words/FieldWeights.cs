namespace Millrace.Retrieval.Index.Embedded.Words;

/// <summary>Weights of the parts of a chunk in the ranking by words.</summary>
/// <param name="Title">Of the document's title.</param>
/// <param name="Breadcrumb">Of the headings above the chunk.</param>
/// <param name="Body">Of its text.</param>
internal sealed record FieldWeights(double Title, double Breadcrumb, double Body)
{
    /// <summary>The most that a word counts.</summary>
    public double Max => Math.Max(Title, Math.Max(Breadcrumb, Body));

    /// <summary>What so many words count together.</summary>
    public double Weigh(int title, int breadcrumb, int body) => (Title * title) + (Breadcrumb * breadcrumb) + (Body * body);
}
