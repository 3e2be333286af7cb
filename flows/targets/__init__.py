"""One compiler per target: a Flow becomes the exact request, or the reasons why it cannot."""
