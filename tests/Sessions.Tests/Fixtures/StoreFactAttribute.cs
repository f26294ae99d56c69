using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Millrace.Sessions.Tests.Fixtures;

/// <summary>A test that runs on each kind of store, and is skipped by name where a class's server is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Millrace.Sessions.Tests.Fixtures.StoreFactDiscoverer", "Millrace.Sessions.Tests")]
public sealed class StoreFactAttribute : FactAttribute;

/// <summary>Finds <see cref="StoreFactAttribute"/>; xunit makes it by name.</summary>
public sealed class StoreFactDiscoverer(IMessageSink diagnostics) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new StoreTestCase(diagnostics, testMethod)];
}

/// <summary>A test of one class; those of PostgreSQL need its server.</summary>
public sealed class StoreTestCase : XunitTestCase
{
    /// <summary>For xunit, which fills it in.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For xunit alone.")]
    public StoreTestCase()
    {
    }

    /// <summary>A test of a method.</summary>
    public StoreTestCase(IMessageSink diagnostics, ITestMethod testMethod)
        : base(diagnostics, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, testMethod)
    {
    }

    /// <inheritdoc/>
    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.Name.Contains("Postgres", StringComparison.Ordinal) && !PostgresServer.IsInstalled
            ? "There is no PostgreSQL server: apt-get install postgresql"
            : base.GetSkipReason(factAttribute);
}
