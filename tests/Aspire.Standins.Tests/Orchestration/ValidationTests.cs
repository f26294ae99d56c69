using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Millrace.Aspire.Standins.Tests.Orchestration;

/// <summary>Mistakes of composition and configuration, each with the words that the operator reads.</summary>
public sealed class ValidationTests
{
    [Fact]
    public async Task Start_WithAProjectThatIsNotBuilt_SaysHowToBuildIt()
    {
        await using var app = new TestApp();
        var project = Path.Combine(TestApp.RepositoryFolder, "samples", "Unbuilt.csproj");
        Directory.CreateDirectory(app.PathOf("unbuilt"));
        File.WriteAllText(app.PathOf("unbuilt/Unbuilt.csproj"), "<Project />");
        app.Builder.AddProject("unbuilt", app.PathOf("unbuilt/Unbuilt.csproj"));
        app.Builder.AddProject("absent", project);

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(app.StartAsync);

        var lines = failure.Message.Split(Environment.NewLine);
        Assert.StartsWith("'unbuilt' cannot start. '", lines[0], StringComparison.Ordinal);
        Assert.Matches(
            """is not built in configuration '(release|debug)': run `dotnet build .*Unbuilt\.csproj -c (Release|Debug)`\.$""", lines[0]);
        Assert.Equal("'absent' cannot start. The project file 'samples/Unbuilt.csproj' does not exist.", lines[1]);
    }

    [Fact]
    public async Task Start_WithoutAParametersValue_NamesItsConfigurationKey()
    {
        await using var app = new TestApp();
        app.Builder.AddParameter("token");

        var failure = await Assert.ThrowsAsync<MissingParameterValueException>(app.StartAsync);

        Assert.Equal(
            "Parameter resource could not be used because configuration key 'Parameters:token' is missing "
            + "and the Parameter has no default value.",
            failure.Message);
    }

    [Fact]
    public async Task Start_WithAHealthCheckThatNobodyRegistered_NamesIt()
    {
        await using var app = new TestApp();
        app.AddService("back").WithHealthCheck("nobody");

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(app.StartAsync);

        Assert.StartsWith("The health check 'nobody' of resource 'back' is not registered", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithACircleOfWaits_NamesItsMembers()
    {
        await using var app = new TestApp();
        var one = app.AddService("one");
        var two = app.AddService("two").WaitFor(one);
        one.WaitFor(two);

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(app.StartAsync);

        Assert.Equal("Resources wait for each other in a circle: one -> two -> one. Remove one WaitFor.", failure.Message);
    }

    [Theory]
    [InlineData("1st")]
    [InlineData("a--b")]
    [InlineData("a-")]
    [InlineData("a_b")]
    public async Task Name_OutsideTheRules_IsRefused(string name)
    {
        await using var app = new TestApp();

        Assert.Throws<ArgumentException>(() => app.AddService(name));
    }

    [Fact]
    public async Task Name_ThatExistsInAnotherCase_IsRefused()
    {
        await using var app = new TestApp();
        app.AddService("back");

        Assert.Throws<DistributedApplicationException>(() => app.AddService("BACK"));
    }

    [Fact]
    public async Task Service_ThatEndsBeforeItIsHealthy_IsGivenUpAfterFiveTimes()
    {
        await using var app = new TestApp();
        app.Builder.Services.AddSingletonTime(new ImpatientTime());
        app.AddService("broken").WithEnvironment("EXIT_CODE", "3");
        await app.StartAsync();

        await app.StateAsync("broken", KnownResourceStates.FailedToStart);

        var end = await app.WhenAsync("broken", _ => true);
        Assert.Equal(3, end.Snapshot.ExitCode);
        Assert.Equal(4, end.Property("executable.restarts"));
        Assert.Contains("ended 5 times before it was healthy", (string?)end.Property("resource.reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddQdrant_WithoutAContainerEngine_SaysHowToNameAServer()
    {
        await using var app = new TestApp();

        var failure = Assert.Throws<DistributedApplicationException>(() => app.Builder.AddQdrant("qdrant"));

        Assert.Contains("no container engine is used", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--Stores:Vectors=qdrant --ConnectionStrings:qdrant=", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void QdrantServer_Reference_IsEndpointAndKey()
    {
        var server = new QdrantServerResource("vectors", new ParameterResource("key", _ => "secret", secret: true));

        Assert.Equal("Endpoint={vectors.bindings.grpc.url};Key={key.value}", server.ConnectionStringExpression.ValueExpression);
    }
}
