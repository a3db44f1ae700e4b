"""The command line as users meet it: as a process, with its output, its exit code and its mistakes."""
