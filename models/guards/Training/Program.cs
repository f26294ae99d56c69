using Millrace.GuardTraining;
using Millrace.GuardTraining.Content;
using Millrace.GuardTraining.Injection;
using Millrace.GuardTraining.Names;

// Each training registers itself here.
ITraining[] trainings = [new NamesTraining(), new InjectionTraining(), new ContentTraining()];

var chosen = trainings.Where(training => args.Length == 0 || args.Contains(training.Name)).ToList();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"Name one of: {string.Join(", ", trainings.Select(training => training.Name))}.");
    return 1;
}

var root = Folders.Root();
foreach (var training in chosen)
    training.Run(Folders.Data(root, training.Name), Folders.Models(root), Console.Out);
return 0;
