"""Recordings: what is taken in, how it is made fit for a phone, and whether services get it.

``sniff`` tells what a file really is, ``sound`` makes it fit with ffmpeg, ``voice`` speaks a
script with espeak-ng, ``keep`` stores the result, ``preflight`` tries what menus play.
"""
