namespace Millrace.GuardTraining;

/// <summary>Makes one model from its data, the same one each time.</summary>
internal interface ITraining
{
    /// <summary>Its name on the command line, which is also the name of its folder of data.</summary>
    string Name { get; }

    /// <summary>Trains, writes the model, and prints how it does on what was held out.</summary>
    /// <param name="data">Folder of the data.</param>
    /// <param name="models">Folder that takes the model.</param>
    /// <param name="output">Takes the figures.</param>
    void Run(DirectoryInfo data, DirectoryInfo models, TextWriter output);
}
