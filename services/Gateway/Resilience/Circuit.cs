namespace Millrace.Gateway.Resilience;

/// <summary>
/// Whether a service is asked at all. After some failures in a row it is not, so that a request costs no timeout of a service that is
/// down; then one attempt at a time finds out whether it is back. While the service is well, asking costs one read.
/// </summary>
/// <param name="options">When it opens, and for how long.</param>
/// <param name="time">The clock.</param>
internal sealed class Circuit(DependencyOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile bool _isOpen;
    private volatile int _failures;
    private bool _isTried;
    private long _openedAt;
    private TimeSpan _openFor;

    /// <summary>Whether the service counts as down.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Asks for leave to call the service; an attempt that was given leave must be reported.</summary>
    /// <param name="retryAfter">How long it is not asked, when leave is refused.</param>
    public bool TryEnter(out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (!_isOpen) return true;
        lock (_gate)
        {
            if (!_isOpen) return true;
            retryAfter = _openFor - time.GetElapsedTime(_openedAt);
            if (retryAfter > TimeSpan.Zero) return false;
            retryAfter = options.OpenFor;
            return !_isTried && (_isTried = true);
        }
    }

    /// <summary>An attempt was answered.</summary>
    /// <returns>Whether the service counted as down.</returns>
    public bool Succeeded()
    {
        if (!_isOpen && _failures == 0) return false;
        lock (_gate)
        {
            var wasOpen = _isOpen;
            (_isOpen, _isTried, _failures) = (false, false, 0);
            return wasOpen;
        }
    }

    /// <summary>An attempt failed. Those that began before the circuit opened change nothing more.</summary>
    /// <returns>Whether the service counts as down from now on.</returns>
    public bool Failed()
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                if (_isTried) Open(_openFor * 2);
                return false;
            }

            if (++_failures < options.FailuresMax) return false;
            Open(options.OpenFor);
            return true;
        }
    }

    /// <summary>An attempt ended without telling anything of the service: its caller went away.</summary>
    public void Abandoned()
    {
        if (!_isOpen) return;
        lock (_gate) _isTried = false;
    }

    private void Open(TimeSpan span)
    {
        _openFor = span < options.OpenForMax ? span : options.OpenForMax;
        _openedAt = time.GetTimestamp();
        (_isOpen, _isTried) = (true, false);
    }
}
