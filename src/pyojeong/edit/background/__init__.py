"""Photo → the people in it without what is behind them, and something else put there."""
