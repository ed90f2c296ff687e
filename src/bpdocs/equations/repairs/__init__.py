"""Small changes of a claim: they name a mistake, and measure the check."""
