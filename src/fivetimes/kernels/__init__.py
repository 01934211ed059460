"""The compiled loops: plain arrays in, plain arrays out. What they mean is defined by the rooms that call them."""
