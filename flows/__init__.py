"""The domain: what a call flow is, how it is read, checked, compiled and played.

Pure: no Flask, no I/O, no clock, no randomness. Ids and time are passed in.
"""
