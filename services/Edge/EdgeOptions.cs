using System.ComponentModel.DataAnnotations;
using Millrace.ServiceDefaults.Configuration;

namespace Millrace.Edge;

/// <summary>Settings of the edge, section <c>Edge</c>.</summary>
public sealed class EdgeOptions : ISelfValidating
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Edge";

    // A timer takes no more than some weeks, and would say so with each request.
    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(1);

    /// <summary>Largest request body, in bytes; a larger one is answered with 413.</summary>
    /// <value>Default 10 MiB.</value>
    [Range(1, 1L << 32)]
    public long BodyBytesMax { get; set; } = 10 * 1024 * 1024;

    /// <summary>Largest total of the request's header lines, in bytes; a larger one is answered with 431.</summary>
    /// <value>Default 32 KiB.</value>
    [Range(1024, 1024 * 1024)]
    public int HeaderBytesMax { get; set; } = 32 * 1024;

    /// <summary>Most header lines of a request; more are answered with 431.</summary>
    /// <value>Default 100.</value>
    [Range(8, 1000)]
    public int HeadersMax { get; set; } = 100;

    /// <summary>Most connections of clients at a time; further ones are closed at once.</summary>
    /// <value>Default 10,000.</value>
    [Range(1, 1_000_000)]
    public long ConnectionsMax { get; set; } = 10_000;

    /// <summary>Time in which a client must have sent its request's headers.</summary>
    /// <value>Default 15 seconds.</value>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Time for which the gateway may send nothing before a request is given up. Each piece of an answer starts it anew;
    /// it must outlast the wait for a first token.</summary>
    /// <value>Default 10 minutes.</value>
    public TimeSpan GatewayIdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often each gateway is asked for its health where there are several.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for which a gateway gets no requests after it broke one off, where there are several.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Least speed at which a client must send its body, in bytes per second, after <see cref="BodyGrace"/>; a slower one is
    /// answered with 408.</summary>
    /// <value>Default 240; 0 for any speed.</value>
    [Range(0, 1024 * 1024)]
    public int BodyBytesPerSecondMin { get; set; } = 240;

    /// <summary>Time before a client's speed is looked at.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan BodyGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Least speed at which a client must take what is sent to it, in bytes per second, after <see cref="AnswerGrace"/>. The
    /// connection of one that does not is closed, which frees all that its request holds. Only what waits to be taken counts: an answer
    /// that comes slowly is no slow client.</summary>
    /// <value>Default 1,024; 0 for any speed.</value>
    [Range(0, 1024 * 1024)]
    public int AnswerBytesPerSecondMin { get; set; } = 1024;

    /// <summary>Time before it is looked at how fast a client takes an answer.</summary>
    /// <value>Default 5 seconds.</value>
    public TimeSpan AnswerGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most requests at a time on one HTTP/2 connection, which TLS endpoints speak too.</summary>
    /// <value>Default 100.</value>
    [Range(1, 1000)]
    public int Http2StreamsMax { get; set; } = 100;

    /// <summary>Time after which a client is told to try again while the gateway cannot be reached.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for which an answer of the gateway about its health is believed.</summary>
    /// <value>Default 1 second.</value>
    public TimeSpan HealthCacheTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time that the gateway has to answer about its health.</summary>
    /// <value>Default 3 seconds.</value>
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        foreach (var (name, value) in new[]
        {
            (nameof(HeadersTimeout), HeadersTimeout), (nameof(GatewayIdleTimeout), GatewayIdleTimeout),
            (nameof(ProbeInterval), ProbeInterval), (nameof(CoolDown), CoolDown), (nameof(RetryAfter), RetryAfter),
            (nameof(HealthTimeout), HealthTimeout),
        })
            if (value <= TimeSpan.Zero || value > TimeMax)
                yield return $"{name} is {value}. Set it to a time above zero and of at most a day, such as 00:00:10.";
        if (BodyGrace <= TimeSpan.FromSeconds(1)) yield return $"BodyGrace is {BodyGrace}. Set it to more than 00:00:01.";
        if (AnswerGrace <= TimeSpan.FromSeconds(1)) yield return $"AnswerGrace is {AnswerGrace}. Set it to more than 00:00:01.";
        if (HealthCacheTime < TimeSpan.Zero) yield return $"HealthCacheTime is {HealthCacheTime}. Set it to 00:00:00 or more.";
    }
}
