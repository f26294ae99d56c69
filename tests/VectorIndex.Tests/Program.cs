using Millrace.VectorIndex.Tests.Storage;

// Run as a program, these tests are the writer that the crash tests kill: FOLDER SEED.
Ingest.Run(args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture), Console.Out);
