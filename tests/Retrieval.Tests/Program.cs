using Millrace.Retrieval.Tests.Durability;

// The test runner loads the tests as a library. Only the durability test runs them as a program: a process that it may kill.
return args is [var folder, var seed, var first] ? await IngestChild.RunAsync(folder, seed, first) : 0;
