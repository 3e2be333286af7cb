"""The rules behind ``flows.checks``: what to look for, and which repairs to offer.

``menus`` looks at one menu and its keys, ``values`` at what is written in it, ``calls`` at
where a whole flow's calls can go. ``spots`` says where a problem is.
"""
