"""Words that want to become more than words on a page: 20 of them, in batches."""

from __future__ import annotations

CANARY = "xss-canary"
"""No page of ours ever asks for this address."""

BATCHES = (
    (
        "<script>alert(1)</script>",
        "\"><img src=/xss-canary onerror=alert(1)>",
        "<div hx-get=/xss-canary hx-trigger=load></div>",
        "' autofocus onfocus='alert(1)",
    ),
    (
        "</textarea></select><svg onload=alert(1)></svg>",
        "<link rel=stylesheet href=/xss-canary>",
        "{{7*7}}${alert(1)}<%= 1 %>",
        "\" hx-get=\"/xss-canary\" hx-trigger=\"load\" x=\"",
    ),
    (
        "javascript:alert(1)//",
        "</title></style><iframe src=/xss-canary></iframe>",
        "<style>@import '/xss-canary';</style>",
        "\" autofocus onfocus=alert(1) x=\"",
    ),
    (
        "data:text/html,<script>alert(1)</script>",
        "--></script><script src=/xss-canary></script>",
        "<div data-hx-get=/xss-canary data-hx-trigger=load hx-on:load=alert(1)></div>",
        "<object data=/xss-canary></object>",
    ),
    (
        "<math><mtext><img src=/xss-canary onerror=alert(1)></mtext></math>",
        "<base href=//xss-canary.invalid/><img src=a>",
        "<audio src=/xss-canary autoplay></audio><video poster=/xss-canary></video>",
        "<meta http-equiv=refresh content=\"0;url=/xss-canary\">",
    ),
)  # fmt: skip
"""Each batch stands in every text field of one furnishing; each payload is in one of them."""

TEXTS = tuple(" ".join(batch) for batch in BATCHES)
