"""The pages as a resident meets them: in a real browser, with and without JavaScript, on small and large screens."""

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect, sync_playwright

from api.app import create_app
from api.listening import listening
from api.newest import NewestSnapshot
from corpus.catalogue import Catalogue
from corpus.demo import load_demo
from corpus.revision import Revision
from index.indexing import compile_index

CHROMIUM = "/usr/bin/chromium"
PICTURES = Path(__file__).resolve().parent.parent / ".cache" / "pictures"
COURSE = "/items/demo:course-zhineng-shouji-rumen"
PAGES = (
    "/",
    "/search?q=手机",
    "/search?q=qwerty",
    "/search?kind=activity&when=month",
    COURSE,
    "/for-you",
    "/help",
    "/nothing",
)
DESKTOP, PHONE, NARROW = (1280, 900), (400, 800), (320, 700)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"no {CHROMIUM}; ./test installs it"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, dictionaries: Path, revision: Revision) -> Iterator[str]:
    """The address of a service with the demo."""
    state = tmp_path_factory.mktemp("state")
    (state / "cache").symlink_to(dictionaries)
    catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
    load_demo(catalogue, date.today())  # noqa: DTZ011  # any day near enough will do
    compile_index(catalogue, state, revision=revision, progress=lambda stage, done, total: None)
    catalogue.close()
    app = create_app(NewestSnapshot(state, revision=revision))
    with listening("127.0.0.1", 0, number=1) as [bound]:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A visitor's window, which notes what goes wrong and what leaves the machine."""

    def __init__(self, browser: Browser, site: str, size: tuple[int, int] = DESKTOP, **wishes: object) -> None:
        elder = wishes.pop("elder", False)
        viewport = {"width": size[0], "height": size[1]}
        self.context: BrowserContext = browser.new_context(base_url=site, viewport=viewport, locale="zh-CN", **wishes)  # type: ignore[arg-type]
        if elder:
            self.context.add_cookies([{"name": "view", "value": "elder", "url": site}])
        self.site = site
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page: Page = self.context.new_page()
        self.context.on("request", self._note_request)
        self.context.on("response", self._note_response)
        self.page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _note_request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _note_response(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.status} {response.url}")

    @property
    def suggested(self) -> list[str]:
        """The texts for which suggestions were asked."""
        return [unquote(urlsplit(url).query)[2:] for url in self.asked if "/suggest?" in url]

    def __enter__(self) -> Page:
        return self.page

    def __exit__(self, *trouble: object) -> None:
        self.context.close()
        if not any(trouble):
            assert [url for url in self.asked if not url.startswith((self.site + "/", "data:"))] == []
            missing = "the server responded with a status of 404"  # Chromium's own note about /nothing
            assert [text for text in self.wrong if missing not in text] == []


def test_type_ahead_by_keyboard(browser: Browser, site: str) -> None:
    with Visit(browser, site) as page:
        page.goto("/")
        box = page.get_by_role("combobox")
        box.press_sequentially("shufa")
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        assert box.get_attribute("aria-expanded") == "true"
        box.press("ArrowDown")
        first = options.first
        assert box.input_value() == first.get_attribute("data-text")
        assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
        assert first.get_attribute("aria-selected") == "true"
        box.press("ArrowUp")
        assert box.input_value() == "shufa"
        box.press("ArrowUp")
        assert options.last.get_attribute("aria-selected") == "true"
        box.press("Escape")
        expect(options.first).to_be_hidden()
        assert box.input_value() == "shufa"
        box.press("ArrowDown")
        box.press("ArrowDown")
        wanted = box.input_value()
        box.press("Enter")
        expect(page.locator("h1")).to_contain_text(wanted)
        assert page.locator(".card").count()


def test_type_ahead_by_mouse(browser: Browser, site: str) -> None:
    with Visit(browser, site) as page:
        page.goto("/")
        page.get_by_role("combobox").press_sequentially("太极")
        option = page.get_by_role("option").first
        wanted = option.get_attribute("data-text") or ""
        option.click()
        expect(page.locator("h1")).to_contain_text(wanted)


def test_type_ahead_waits_for_the_input_method(browser: Browser, site: str) -> None:
    visit = Visit(browser, site)
    with visit as page:
        page.goto("/")
        page.get_by_role("combobox").focus()
        keyboard = visit.context.new_cdp_session(page)
        for composed in ("s", "sh", "shu"):
            keyboard.send("Input.imeSetComposition", {"text": composed, "selectionStart": 0, "selectionEnd": 0})
        page.wait_for_timeout(400)
        assert visit.suggested == []
        keyboard.send("Input.insertText", {"text": "书法"})
        expect(page.get_by_role("option").first).to_be_visible()
        assert visit.suggested == ["书法"]


def test_without_suggestions_the_box_is_a_plain_search(browser: Browser, site: str) -> None:
    visit = Visit(browser, site)
    with visit as page:
        page.route("**/suggest?**", lambda route: route.fulfill(status=404, body=""))
        page.goto("/")
        page.get_by_role("combobox").press_sequentially("书法", delay=200)
        assert len(visit.suggested) == 1
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("书法")


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    with Visit(browser, site, PHONE, java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("searchbox").fill("手机")
        page.get_by_role("button", name="搜索").click()
        everything = page.locator("h1").inner_text()
        page.locator(".kinds a", has_text="课程").click()
        assert page.locator("h1").inner_text() != everything
        page.get_by_role("link", name="筛选条件").click()
        page.locator("#filters a", has_text="老年人").first.click()
        expect(page.locator(".removals")).to_contain_text("老年人")
        page.locator(".card h2 a").first.click()
        expect(page.locator("dl").first).to_be_visible()
        page.get_by_role("link", name="长辈版").click()
        assert page.locator("html").get_attribute("data-view") == "elder"
        expect(page.locator("dl").first).to_be_visible()

        page.get_by_role("link", name="为您推荐").click()
        page.get_by_label("文学", exact=True).check(force=True)
        page.get_by_label("还想学什么？").fill("盆景")
        page.get_by_role("button", name="给我推荐").click()
        expect(page.locator("#recommended .why").first).to_contain_text("因为您关注")
        page.get_by_role("button", name="标准版").click()
        expect(page.get_by_label("盆景")).to_be_checked()
        first = page.locator("#recommended h3").first.inner_text()
        page.get_by_role("button", name="换一批").click()
        assert page.locator("#recommended h3").first.inner_text() != first
        page.locator("#recommended h3 a").first.click()
        page.go_back()
        expect(page.get_by_label("文学", exact=True)).to_be_checked()


def test_interests_stay_in_the_browser(browser: Browser, site: str) -> None:
    with Visit(browser, site) as page:
        page.goto("/for-you")
        page.get_by_label("文学", exact=True).check(force=True)
        page.get_by_label("还想学什么？").fill("盆景")
        page.get_by_role("button", name="给我推荐").click()
        expect(page.locator("#recommended .why").first).to_contain_text("因为您关注")
        expect(page.locator("#recommended-name")).to_be_focused()
        kept = json.loads(page.evaluate("localStorage.getItem('xuejing.interests')"))
        assert kept == {"interests": ["文学", "盆景"], "kind": ""}
        first = page.locator("#recommended h3").first.inner_text()
        page.get_by_role("button", name="换一批").click()
        expect(page.locator("#recommended h3").first).not_to_have_text(first)

        page.reload()
        expect(page.get_by_label("盆景")).to_be_checked()
        expect(page.locator("#recommended .why").first).to_contain_text("因为您关注")
        page.goto("/")
        expect(page.locator("[data-for-you] .card")).to_have_count(4)
        page.goto("/for-you")
        expect(page.get_by_label("盆景")).to_be_checked()
        page.get_by_role("link", name="清空重选").click()
        expect(page.locator("#recommended-name")).to_have_text("大家都喜欢")
        assert page.evaluate("localStorage.length") == 0
        assert page.context.cookies() == []


SIZES = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const small = [];
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("svg") || !element.checkVisibility()) continue;
    small.push([parseFloat(getComputedStyle(element).fontSize), node.data.trim().slice(0, 20)]);
  }
  const targets = [...document.querySelectorAll("a, button, input:not([type=hidden]), .box")]
    .filter((e) => e.checkVisibility() && !e.matches(".skip, .box input"))
    .filter((e) => !e.closest("p:not(.actions), .prose li, .message li"))  // words of a sentence
    .map((e) => [e.matches(".card a") ? e.closest(".card") : e, e.textContent.trim().slice(0, 20) || e.name])
    .map(([box, name]) => [Math.round(box.getBoundingClientRect().height * 10) / 10, name]);
  return { text: Math.min(...small.map(([size]) => size)), target: targets.sort((a, b) => a[0] - b[0])[0],
           width: document.documentElement.scrollWidth };
}"""


@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW], ids=["desktop", "phone", "narrow"])
def test_texts_and_targets_are_large_and_fit(
    browser: Browser, site: str, size: tuple[int, int], *, elder: bool
) -> None:
    with Visit(browser, site, size, elder=elder) as page:
        for address in PAGES:
            page.goto(address)
            found = page.evaluate(SIZES)
            assert found["width"] <= size[0], address
            assert found["text"] >= (24 if elder else 18), address
            assert found["target"][0] >= (60 if elder else 44), (address, found["target"])


def test_the_keyboard_reaches_the_text_first(browser: Browser, site: str) -> None:
    with Visit(browser, site) as page:
        page.goto("/search?q=手机")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="跳到正文")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_printing_leaves_out_what_paper_cannot_do(browser: Browser, site: str) -> None:
    with Visit(browser, site) as page:
        page.goto(COURSE)
        page.emulate_media(media="print")
        expect(page.locator("dl").first).to_be_visible()
        expect(page.locator(".search")).to_be_hidden()
        expect(page.locator("header nav")).to_be_hidden()


VIEWS = {
    "desktop": (DESKTOP, {}),
    "phone": (PHONE, {"device_scale_factor": 2}),
    "elder": (DESKTOP, {"elder": True}),
    "elder-phone": (PHONE, {"elder": True}),
    "dark": (DESKTOP, {"color_scheme": "dark"}),
}
SHOWN = {
    "home": "/",
    "results": "/search?q=手机",
    "activities": "/search?kind=activity&when=month",
    "nothing": "/search?q=qwerty",
    "resource": COURSE,
}


@pytest.mark.parametrize("view", VIEWS)
def test_pictures_are_taken(browser: Browser, site: str, view: str) -> None:
    """For people to look at: into an ignored folder."""
    size, wishes = VIEWS[view]
    folder = PICTURES / view
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Visit(browser, site, size, reduced_motion="reduce", **wishes) as page:
        for name, address in SHOWN.items():
            page.goto(address)
            page.screenshot(path=folder / f"{name}.png")
        page.goto("/for-you")
        for interest in ("书法", "养生"):
            page.get_by_label(interest, exact=True).check(force=True)
        page.get_by_role("button", name="给我推荐").click()
        expect(page.locator("#recommended .why").first).to_contain_text("因为您关注")
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=folder / "for-you.png")
    assert len(list(folder.glob("*.png"))) == len(SHOWN) + 1
