#!/bin/sh
# Make sure that the browser tests find a Chromium: the system's, Debian's package, or Playwright's.
set -eu
for name in chromium-headless-shell chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  for package in chromium-headless-shell chromium; do
    if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    then exit 0; fi
  done
  exit 1
else
  .venv/bin/python -m playwright install chromium
fi
