"""A long day: random use of every widget in a real browser, with one kernel."""

MB = 2**20
