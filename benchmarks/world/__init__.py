"""A seed, a library of routines and conditions -> a simulated team, and how much of what was planted a method finds in it.

A second simulator beside benchmarks/team.py, and a harder one: the everyday work comes in pieces with habits of its own, and
each of 18 conditions that make real histories hard can be turned up by itself. In the order in which they act:

    values      what varies from run to run
    library     the trades: routines, people, tools, everyday work; one folder each
    people      who works how, and when
    background  everyday work
    play        one run of a routine
    simulate    all of it in order of time; `python -m benchmarks.world.simulate`
    write       the files that real programs leave, and the truth about them
    score       a report against the truth
    islands     a baseline without mining
    matrix      the table; `python -m benchmarks.world.matrix`, `make bench-world`
"""
