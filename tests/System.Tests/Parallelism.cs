// One system at a time: each is a dozen processes, and what is measured under faults should not depend on what other tests do.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
