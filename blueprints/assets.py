"""The few static files: their addresses carry a hash, so browsers may keep them for a year."""

from __future__ import annotations

import hashlib
import logging
import mimetypes
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from wsgiref.headers import Headers

from flask import Flask, Response, abort, g, request
from flask_compress import Compress
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from blueprints.addresses import address
from blueprints.security import HTTPS_ONLY_S

LOG = logging.getLogger(__name__)
STATIC = Path(__file__).parent.parent / "static"
JOINED = {"press-one.css": "styles", "press-one.js": "scripts"}
"""What a browser fetches as one file, and the folder of its parts, joined in the order of names."""
YEAR_S = 31_536_000


@cache
def content(name: str) -> bytes:
    """The bytes of a static file as they are served.

    Raises:
        NotFound: there is none of that name.
    """
    if name in JOINED:
        return b"\n".join(part.read_bytes() for part in sorted((STATIC / JOINED[name]).iterdir()))
    if name not in _names():
        abort(404)
    return (STATIC / name).read_bytes()


@cache
def _names() -> frozenset[str]:
    return frozenset(JOINED) | {path.name for path in STATIC.iterdir() if path.is_file()}


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256(content(name)).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file, with the hash of its content."""
    return address("static", filename=name, v=_fingerprint(name))


def icon(name: str) -> Markup:
    """A picture of static/icons.svg beside words, or inside a button that has a name."""
    address = g.get("icons")
    if address is None:
        address = g.icons = asset("icons.svg")
    return Markup(
        f'<svg class="icon" aria-hidden="true"><use href="{address}#{name}"></use></svg>'
    )  # a name of ours and an address without anything to escape


def init_app(app: Flask) -> None:
    """Offer ``asset()`` and ``icon()`` to templates, compress pages, let hashed files be kept."""
    app.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_BR_WINDOW=18,
        COMPRESS_MIN_SIZE=600,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "application/json",
            "image/svg+xml",
        ],
    )
    Compress(app)
    app.add_url_rule("/static/<path:filename>", "static", _static)
    app.add_template_global(asset)
    app.add_template_global(icon)
    app.after_request(_keep_hashed_files)


def _static(filename: str) -> Response:
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return Response(content(filename), mimetype=kind)


def _keep_hashed_files(response: Response) -> Response:
    if request.endpoint == "static" and request.args.get("v"):
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    return response


def serve_compressed(app: Flask) -> Thread:
    """Let WhiteNoise answer for static files, from copies compressed once into the data folder.

    They never reach Flask then. Every address carries its hash, so each may be kept for a year.
    The copies are made in the thread that is returned; until it has ended Flask answers.
    """
    folder: Path = app.config["SETTINGS"].data / "static"
    told = beside_pages(app)

    def add(headers: Headers, _path: str, _url: str) -> None:
        for name, value in told.items():
            headers[name] = value

    def prepare() -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in _names():
                _copy(name, folder)
        except OSError as reason:
            LOG.warning("Static files are served without copies in %s: %s", folder, reason)
            return
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app, root=folder, prefix="static/", max_age=YEAR_S, add_headers_function=add
        )

    thread = Thread(target=prepare, name="static files", daemon=True)
    thread.start()
    return thread


def _copy(name: str, folder: Path) -> None:
    """A static file and what it is when compressed; the plain one last, as it says that all are."""
    copy, compressor = folder / name, Compressor(quiet=True)
    if copy.exists() and copy.read_bytes() == content(name):
        return
    with TemporaryDirectory(dir=folder.parent, prefix="static-") as elsewhere:
        draft = Path(elsewhere) / name
        draft.write_bytes(content(name))
        if compressor.should_compress(name):
            for made in map(Path, compressor.compress(str(draft))):
                made.replace(folder / made.name)
        draft.replace(copy)


def beside_pages(app: Flask) -> dict[str, str]:
    """What files need of the headers that pages have."""
    https = app.config["SETTINGS"].base_url.startswith("https://")
    return {"X-Content-Type-Options": "nosniff"} | (
        {"Strict-Transport-Security": f"max-age={HTTPS_ONLY_S}"} if https else {}
    )
