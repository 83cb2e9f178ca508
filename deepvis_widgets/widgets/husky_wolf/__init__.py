"""HuskyWolf: the vote on a biased classifier."""
