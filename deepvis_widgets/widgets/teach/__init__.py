"""TeachBoard: classes of one's own, taught by a few pictures of each."""
