"""How windows are passed: the ways there are, what each of them costs on this machine, and which is taken."""
