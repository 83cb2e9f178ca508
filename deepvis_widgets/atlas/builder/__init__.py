"""Building an atlas: tasks, executors, partial results and the files that are written."""
