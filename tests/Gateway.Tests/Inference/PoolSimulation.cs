using Millrace.Gateway.Inference;

namespace Millrace.Gateway.Tests.Inference;

/// <summary>
/// What a simulation is made of. Sessions of several turns begin with one of a few system prompts, and each turn repeats all before it.
/// </summary>
internal sealed record SimulationSetup(PoolPolicy Policy)
{
    public int Seed { get; init; } = 1;

    public int Members { get; init; } = 4;

    /// <summary>Keys that a member's cache holds.</summary>
    public int CacheKeys { get; init; } = 600;

    /// <summary>Sessions at any time.</summary>
    public int ActiveSessions { get; init; } = 48;

    public int Sessions { get; init; } = 1500;

    public int SystemPrompts { get; init; } = 8;

    public int SystemKeys { get; init; } = 8;

    /// <summary>Share of the sessions that begin with the first system prompt, whatever the others get.</summary>
    public double HotShare { get; init; }

    /// <summary>Milliseconds at which the first member dies and at which it comes back.</summary>
    public (int From, int To) Outage { get; init; } = (int.MaxValue, int.MaxValue);

    public ChoiceRules Rules => new(Policy, LoadFactor: 1.25, MatchMin: 1);
}

/// <summary>What came out.</summary>
/// <param name="HitRate">Share of the prompts' keys that were in the cache of the member that got them.</param>
/// <param name="OverBound">Choices of a member above the bound.</param>
/// <param name="SpreadMax">Most that a member had above the mean when it was chosen, in requests.</param>
/// <param name="MeanMilliseconds">Mean duration of a request.</param>
/// <param name="Asked">Requests that sessions made.</param>
/// <param name="Finished">Requests that were answered.</param>
internal sealed record SimulationResult(
    double HitRate, int OverBound, double SpreadMax, double MeanMilliseconds, int Asked, int Finished)
{
    /// <summary>Requests by member.</summary>
    public int[] Served { get; init; } = [];

    /// <summary>Requests that the first member got since it came back.</summary>
    public int ServedAfterOutage { get; init; }

    public override string ToString() =>
        $"hit rate {HitRate:P1}, over bound {OverBound}, most above mean {SpreadMax:F1}, mean {MeanMilliseconds:F0} ms, "
        + $"served {string.Join('/', Served)}";
}

/// <summary>
/// A pool without engines: the Gateway's own choice and its own view of the members, on members that are a cache of limited size and a
/// clock. A
/// request takes 40 ms and 10 ms for each key that must be computed, longer the more run beside it.
/// </summary>
internal sealed class PoolSimulation
{
    private const int StatusInterval = 250;

    private readonly SimulationSetup _setup;
    private readonly Random _random;
    private readonly Member[] _members;
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private (long Hit, long All, long Time, int Requests, int Over, double Spread, int Late) _sum;
    private long _now;
    private long _order;
    private int _begun;
    private int _active;
    private int _asked;
    private uint _turn = uint.MaxValue;

    private PoolSimulation(SimulationSetup setup)
    {
        _setup = setup;
        _random = new Random(setup.Seed);
        _members = [.. Enumerable.Range(0, setup.Members).Select(_ => new Member(setup.CacheKeys))];
    }

    public static SimulationResult Run(SimulationSetup setup) => new PoolSimulation(setup).Run();

    private SimulationResult Run()
    {
        for (var session = 0; session < _setup.ActiveSessions; session++) At(_random.Next(200), BeginSession);
        At(StatusInterval, AskAll);
        At(_setup.Outage.From, () => SetUp(_members[0], isUp: false));
        At(_setup.Outage.To, () => SetUp(_members[0], isUp: true));
        while ((_begun < _setup.Sessions || _active > 0) && _events.TryDequeue(out var next, out var at))
        {
            _now = at.Item1;
            next();
        }

        return new SimulationResult(
            (double)_sum.Hit / _sum.All, _sum.Over, _sum.Spread, (double)_sum.Time / _sum.Requests, _asked, _sum.Requests)
        {
            Served = [.. _members.Select(member => member.Served)],
            ServedAfterOutage = _sum.Late,
        };
    }

    private void At(long delay, Action action) => _events.Enqueue(action, (_now + delay, _order++));

    private void AskAll()
    {
        foreach (var member in _members.Where(member => member.IsUp)) member.View.Report(member.Cache.Keys, _now);
        At(StatusInterval, AskAll);
    }

    private static void SetUp(Member member, bool isUp)
    {
        (member.IsUp, member.Life) = (isUp, member.Life + 1);
        member.Cache.Clear();
        member.View.Clear();
        member.Load = 0;
    }

    private void BeginSession()
    {
        if (_begun >= _setup.Sessions) return;
        var id = ++_begun;
        _active++;
        var prompt = _random.NextDouble() < _setup.HotShare ? 0 : _random.Next(_setup.SystemPrompts);
        List<ulong> keys = [.. Enumerable.Range(0, _setup.SystemKeys).Select(index => Key(1, prompt, index))];
        Ask(new Session(id, keys, _random.Next(2, 9)));
    }

    private void Ask(Session session)
    {
        var count = session.Keys.Count;
        session.Keys.AddRange(Enumerable.Range(count, _random.Next(1, 5)).Select(index => Key(2, session.Id, index)));
        _asked++;
        Send(session, _now);
    }

    private void Send(Session session, long since)
    {
        var keys = session.Keys.ToArray();
        var views = _members.Select(member => new MemberView(member.View.Match(keys), member.Load, member.Load, member.IsUp)).ToArray();
        var member = _members[MemberChoice.Choose(views, _setup.Rules, ++_turn).Index];
        Count(member);
        var hit = member.Cache.Match(keys);
        (_sum.Hit, _sum.All) = (_sum.Hit + hit, _sum.All + keys.Length);
        member.View.Begin(keys, _now);
        member.Load++;
        var life = member.Life;
        At((40 + (10 * (keys.Length - hit))) * (4 + member.Load) / 4, () => End(session, member, life, since));
    }

    private void End(Session session, Member member, int life, long since)
    {
        if (life != member.Life)
        {
            // It died meanwhile: another begins anew.
            Send(session, since);
            return;
        }

        var keys = session.Keys.ToArray();
        member.Cache.Use(keys);
        member.View.End(keys, _now);
        member.Load--;
        (_sum.Time, _sum.Requests) = (_sum.Time + _now - since, _sum.Requests + 1);
        if (--session.Turns > 0) At(_random.Next(20, 400), () => Ask(session));
        else
        {
            _active--;
            At(_random.Next(20, 400), BeginSession);
        }
    }

    private void Count(Member member)
    {
        var mean = _members.Where(other => other.IsUp).Average(other => other.Load);
        if (member.Load > MemberChoice.Bound(mean, _setup.Rules.LoadFactor)) _sum.Over++;
        _sum.Spread = Math.Max(_sum.Spread, member.Load - mean);
        member.Served++;
        if (member == _members[0] && _now >= _setup.Outage.To) _sum.Late++;
    }

    private static ulong Key(ulong kind, int owner, int index) => (kind << 48) + ((ulong)owner << 16) + (ulong)index;

    private sealed class Session(int id, List<ulong> keys, int turns)
    {
        public int Id => id;

        public List<ulong> Keys => keys;

        public int Turns { get; set; } = turns;
    }

    private sealed class Member(int cacheKeys)
    {
        public KeyCache Cache { get; } = new(cacheKeys);

        public HeldKeys View { get; } = new(4096);

        public bool IsUp { get; set; } = true;

        public int Life { get; set; }

        public int Load { get; set; }

        public int Served { get; set; }
    }

    /// <summary>What an engine keeps: beginnings, of which the ends go first.</summary>
    private sealed class KeyCache(int keysMax)
    {
        private readonly Dictionary<ulong, LinkedListNode<ulong>> _nodes = [];
        private readonly LinkedList<ulong> _order = new();

        public IEnumerable<ulong> Keys => _order;

        public int Match(ulong[] keys) => keys.TakeWhile(_nodes.ContainsKey).Count();

        public void Use(ulong[] keys)
        {
            foreach (var key in keys.Reverse())
            {
                if (_nodes.Remove(key, out var node)) _order.Remove(node);
                _nodes[key] = _order.AddFirst(key);
            }

            for (; _nodes.Count > keysMax; _order.RemoveLast()) _nodes.Remove(_order.Last!.Value);
        }

        public void Clear()
        {
            _nodes.Clear();
            _order.Clear();
        }
    }
}
