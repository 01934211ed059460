"""fivetimes: what do we keep doing by hand, and which of it should become a conductor?"""
