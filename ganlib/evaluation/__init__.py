"""How good are the images? Metrics, the judges that they need, scores and tables."""
