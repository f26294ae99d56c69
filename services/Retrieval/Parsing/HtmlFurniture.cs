using System.Collections.Frozen;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace Millrace.Retrieval.Parsing;

/// <summary>How much of a page is left out.</summary>
internal enum HtmlReading
{
    /// <summary>Everything that is not the page's own text: menus, footers, side bars, cookie banners, what is hidden.</summary>
    Main,

    /// <summary>Only what nobody sees.</summary>
    Visible,

    /// <summary>Only scripts, styles and the like.</summary>
    Everything,
}

/// <summary>
/// Tells the page's own text from what surrounds it. Leaving out is a guess, so it is checked by what it leaves: when hardly any text
/// outside of links remains, the guess was wrong and less is left out.
/// </summary>
internal sealed partial class HtmlFurniture
{
    private const int EnoughChars = 200;
    private const double LittleShare = 0.1;
    private const double LinksShareMin = 0.7;
    private const int BannerCharsMax = 3_000;

    private static readonly FrozenSet<string> Unreadable = FrozenSet.ToFrozenSet(
        ["script", "style", "template", "iframe", "object", "svg", "canvas", "head"]);

    private static readonly FrozenSet<string> Controls = FrozenSet.ToFrozenSet(["noscript", "button", "select", "datalist"]);

    private static readonly FrozenSet<string> Surroundings = FrozenSet.ToFrozenSet(["nav", "footer", "aside"]);

    private static readonly FrozenSet<string> SurroundingRoles = FrozenSet.ToFrozenSet(
        ["navigation", "contentinfo", "complementary", "search"]);

    private readonly HtmlReading _reading;
    private readonly ParsingBudget _budget;

    // What was left out is asked about again by the walk, and by each menu that stands in a menu.
    private readonly Dictionary<IElement, bool> _surroundings = [];
    private readonly Dictionary<IElement, Text> _visible;

    private HtmlFurniture(HtmlReading reading, ParsingBudget budget, Dictionary<IElement, Text> visible) =>
        (_reading, _budget, _visible) = (reading, budget, visible);

    /// <summary>What to leave out of a page.</summary>
    public static HtmlFurniture Of(IElement body, ParsingBudget budget)
    {
        Dictionary<IElement, Text> texts = [];
        var main = new HtmlFurniture(HtmlReading.Main, budget, texts);
        var visible = new HtmlFurniture(HtmlReading.Visible, budget, texts);
        var (mainText, visibleText) = (main.Measure(body, depth: 0), visible.Measure(body, depth: 0));
        if (visibleText.Chars == 0) return new HtmlFurniture(HtmlReading.Everything, budget, texts);
        var isLittle = visibleText.Prose >= EnoughChars && mainText.Prose < visibleText.Prose * LittleShare;
        return mainText.Chars == 0 || isLittle ? visible : main;
    }

    /// <summary>Whether an element with all that is in it is left out.</summary>
    public bool LeavesOut(IElement element) =>
        Unreadable.Contains(element.LocalName)
        || (_reading <= HtmlReading.Visible && IsHidden(element))
        || (_reading == HtmlReading.Main && IsSurrounding(element));

    private static bool IsHidden(IElement element) =>
        Controls.Contains(element.LocalName)
        || element.HasAttribute("hidden")
        || element.GetAttribute("aria-hidden") == "true"
        || (element.LocalName == "dialog" && !element.HasAttribute("open"))
        || (element.GetAttribute("style") is { } style && HiddenStyle().IsMatch(style));

    private bool IsSurrounding(IElement element)
    {
        if (_surroundings.TryGetValue(element, out var known)) return known;
        return _surroundings[element] = IsNamedSurrounding(element);
    }

    private bool IsNamedSurrounding(IElement element) =>
        Surroundings.Contains(element.LocalName)
        || (element.GetAttribute("role") is { } role && SurroundingRoles.Contains(role))
        || (Names(element) is { Length: > 0 } names && (IsBanner(element, names) || IsMenu(element, names)));

    private static string Names(IElement element) => element.LocalName is "body" or "main" or "article"
        ? ""
        : $"{element.Id} {element.ClassName}".Trim();

    private bool IsBanner(IElement element, string names) => BannerName().IsMatch(names) && VisibleIn(element).Chars < BannerCharsMax;

    private bool IsMenu(IElement element, string names) =>
        MenuName().IsMatch(names) && VisibleIn(element) is { Chars: > 0 } text && text.LinkShare >= LinksShareMin;

    private Text VisibleIn(IElement element) => _visible.TryGetValue(element, out var known)
        ? known
        : new HtmlFurniture(HtmlReading.Visible, _budget, _visible).Measure(element, depth: 0);

    // Text that is visible does not depend on who asks, so it is measured once; the other way of reading asks for it only at menus.
    private Text Measure(IElement element, int depth)
    {
        if (_reading == HtmlReading.Visible && _visible.TryGetValue(element, out var known)) return known;
        var text = MeasureAnew(element, depth);
        if (_reading == HtmlReading.Visible) _visible[element] = text;
        return text;
    }

    private Text MeasureAnew(IElement element, int depth)
    {
        _budget.RequireDepth(depth);
        var text = default(Text);
        foreach (var node in element.ChildNodes)
        {
            if (node is IText words) text = text.Plus(words.Data, isLink: false);
            else if (node is IElement { LocalName: "img" } image) text = text.Plus(image.GetAttribute("alt") ?? "", isLink: true);
            else if (node is IElement inner && !LeavesOut(inner)) text = text.Plus(Measure(inner, depth + 1), inner.LocalName == "a");
        }

        return text;
    }

    [GeneratedRegex(@"display\s*:\s*none|visibility\s*:\s*hidden", RegexOptions.IgnoreCase)]
    private static partial Regex HiddenStyle();

    [GeneratedRegex(
        @"(cookie|consent|gdpr|ccpa)s?[-_]?(banner|bar|notice|popup|pop-up|modal|overlay|message|prompt|wall|law|manager|container|wrapper)"
        + @"|\b(onetrust|cookiebot|usercentrics|didomi|truste|cookieconsent)|\b(cc-window|cky-consent)",
        RegexOptions.IgnoreCase)]
    private static partial Regex BannerName();

    [GeneratedRegex(
        @"(^|[\s_-])(nav|navbar|navigation|menu|sidebar|breadcrumbs?|pagination|pager|share|social|related)([\s_-]|$)",
        RegexOptions.IgnoreCase)]
    private static partial Regex MenuName();

    /// <summary>How much text there is, white space not counted.</summary>
    /// <param name="Chars">UTF-16 code units.</param>
    /// <param name="LinkChars">Those of them that are in links, or describe images.</param>
    private readonly record struct Text(long Chars, long LinkChars)
    {
        public long Prose => Chars - LinkChars;

        public double LinkShare => (double)LinkChars / Chars;

        public Text Plus(ReadOnlySpan<char> words, bool isLink)
        {
            var count = 0;
            foreach (var c in words)
                if (!char.IsWhiteSpace(c)) count++;
            return new Text(Chars + count, LinkChars + (isLink ? count : 0));
        }

        public Text Plus(Text inner, bool isLink) => new(Chars + inner.Chars, LinkChars + (isLink ? inner.Chars : inner.LinkChars));
    }
}
