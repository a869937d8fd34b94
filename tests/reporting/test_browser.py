"""Reports as a browser shows them: offline, quiet, laid out, accessible, in every scheme and width.

The browser is the one of the machine (Debian's ``chromium``); Playwright only drives it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import dynbench as db
from dynbench.models import load_toml

CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("needs Chromium to lay out the pages", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright to drive the browser")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core to check the pages")

MODELS = sorted((Path(__file__).parents[2] / "gallery" / "models").glob("*.toml"))
WIDTHS = (1280, 390)

#: Names of a state, a parameter and a title, that break whatever is not escaped or cannot wrap.
HOSTILE = {
    "markup": '<script>alert(1)</script><img src=x onerror="alert(2)">',
    "quotes": "\"'`&quot;&#x27; {{ 7*7 }} {% raw %}",
    "latex": "$\\frac{a}{b}$ \\input{/etc/passwd} % _^~",
    "arabic and hebrew": "\u0627\u0644\u062d\u0627\u0644\u0629 \u05e9\u05dc\u05d5\u05dd\u202e",
    "200 letters": "w" * 200,
    "200 words": "long name " * 20,
    "chinese": "\u72b6\u614b\u5909\u6570" * 12,
    "control and emoji": "a\x00b\x1b[31m\U0001f600",
}


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Reports by name, each written once."""
    folder, written = tmp_path_factory.mktemp("reports"), {}

    def report(name, analyse):
        if name not in written:
            written[name] = db.report(analyse(), folder / f"{len(written)}.html")
        return written[name]

    return report


def gallery(path):
    model = load_toml(path)
    return db.analyze(model.system, box=model.box)


def hostile(name):
    """A bistable pair in which every name that a user gives is hostile."""
    first, second, parameter = (sp.Symbol(f"{name}{suffix}") for suffix in ("", " 2", " p"))
    equations = {first: first - first**3 + parameter * second, second: -second}
    return db.analyze(db.ODE(equations, {parameter: 0.5}, name=name), box=[(-2, 2), (-2, 2)])


def network():
    """Two bits, eight units each: memories, hypercube, state space."""
    W_fb = 2 * np.kron(np.eye(2), np.ones((8, 1)))
    system = db.EchoStateNetwork(np.zeros((16, 16)), W_fb, W_fb.T / 16)
    return db.analyze(system, search=db.search.NetworkPlan(budget=20, rounds=1))


CASES = [
    pytest.param("network", network, id="network"),
    *(pytest.param(path.stem, lambda path=path: gallery(path), id=path.stem) for path in MODELS),
    *(pytest.param(key, lambda name=name: hostile(name), id=key) for key, name in HOSTILE.items()),
]

#: Reports whose contrast is measured in the dark, too: it takes long, and all of them share one style sheet.
DARK = ("lozi", "jang_planar", "van_der_pol", "markup")

#: Elements that a reader looks at and that the layout gives no room; `path` and its kin have their svg.
EMPTY = """() => [...document.querySelectorAll('math, figure, svg, table, h1, h2, h3, caption')].filter(e => {
    const box = e.getBoundingClientRect();
    return !(box.width > 0 && box.height > 0) && !e.closest('.alerts');
}).map(e => e.outerHTML.slice(0, 120))"""

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

#: Text that leaves the page to the left or right without a box of its own that scrolls.
ESCAPES = """() => [...document.querySelectorAll('h1, h2, h3, p, li, dt, dd, figcaption')].filter(e => {
    const box = e.getBoundingClientRect();
    return !e.classList.contains('skip') && (box.left < -1 || box.right > innerWidth + 1);
}).map(e => e.outerHTML.slice(0, 120))"""


def violations(page, *, contrast_only):
    """What axe-core calls serious or critical. The rows of a table look alike: five of each stand for the rest."""
    context = {"exclude": [["tbody tr:nth-child(n + 6)"]]}
    options = {"resultTypes": ["violations"]} | ({"runOnly": ["color-contrast"]} if contrast_only else {})
    found = axe.Axe().run(page, context=context, options=options).response["violations"]
    serious = (v for v in found if v["impact"] in ("serious", "critical"))
    return [f"{v['id']}: {node['html'][:150]}" for v in serious for node in v["nodes"]]


@pytest.mark.parametrize(("name", "analyse"), CASES)
def test_a_report_in_a_browser(browser, reports, name, analyse):
    url = reports(name, analyse).as_uri()
    for scheme, width in zip(("light", "dark"), WIDTHS, strict=True):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        requests, console, dialogs = [], [], []
        page.on("request", lambda request, seen=requests: seen.append(request.url))
        page.on("console", lambda message, seen=console: seen.append(message.text))
        page.on("pageerror", lambda error, seen=console: seen.append(str(error)))
        page.on("dialog", lambda dialog, seen=dialogs: (seen.append(dialog.message), dialog.dismiss()))
        page.goto(url)
        assert requests == [url]
        assert console == dialogs == []
        assert page.evaluate(EMPTY) == []
        for each in WIDTHS:
            page.set_viewport_size({"width": each, "height": 900})
            assert page.evaluate(OVERFLOW) == 0, f"the page scrolls sideways at {each} pixels"
            assert page.evaluate(ESCAPES) == []
        if scheme == "light" or name in DARK:
            assert violations(page, contrast_only=scheme == "dark") == []
        context.close()


@pytest.mark.parametrize("key", ["markup", "arabic and hebrew", "200 letters"])
def test_hostile_names_are_read_as_they_are(browser, reports, key):
    """What a user called a thing is what the page says, character by character that can be seen."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in HOSTILE[key])
    page = browser.new_page()
    page.goto(reports(key, lambda: hostile(HOSTILE[key])).as_uri())
    assert page.text_content("h1") == shown
    assert shown in page.text_content("math mtr mtd")
    assert any(shown in header for header in page.locator("main thead").all_text_contents())
    assert page.locator("img, main script, iframe").count() == 0
    page.close()


def test_a_page_prints(browser, reports):
    """On paper: black on white, no navigation, nothing cut off at the right."""
    page = browser.new_page(viewport={"width": 680, "height": 960})
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(reports(MODELS[0].stem, lambda: gallery(MODELS[0])).as_uri())
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible("nav")
    assert page.evaluate(OVERFLOW) == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


def test_the_keyboard_reaches_everything_that_scrolls(browser, reports):
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(reports(MODELS[0].stem, lambda: gallery(MODELS[0])).as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => location.hash") == "#content"
    unreachable = page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1"
        " && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0).length"
    )
    assert unreachable == 0
    page.close()
