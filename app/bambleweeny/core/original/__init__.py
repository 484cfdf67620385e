"""Reads the data of the original Bambleweeny 0.36 from its Redis, as records of a backup."""
