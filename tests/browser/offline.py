"""A phone without network: its page kept by the service worker, what waits in its outbox, and what the desk found of it."""

from playwright.sync_api import Page, expect

from tests.browser.deeds import fill_report
from tests.browser.people import Town, camera

READY = "async () => { await navigator.serviceWorker.ready; await new Promise((done) => setTimeout(done, 100)); return !!navigator.serviceWorker.controller }"
PATIENCE = 200
KEPT = "async (path) => !!(await caches.match(path))"
SEVERAL = """async ([path, many]) => {
  for (let n = 0; n < many; n += 1) {
    const fields = [["key", outbox.random()], ["text", `第 ${n} 份`], ["category", "0501"]];
    await outbox.put({ id: outbox.freshId(), key: fields[0][1], who: "", action: path, address: path, form: "report", title: `第 ${n} 份`,
      fields, state: "elsewhere", made_at: Date.now() - n * 60000, tried_at: 0 }, []);
  }
}"""


def ready(page: Page, path: str) -> None:
    """The page, once the worker looks after it and keeps a copy."""
    page.goto(path)
    page.evaluate(READY)
    page.reload()
    until(page, KEPT, path)


def until(page: Page, asked: str, *about: str) -> None:
    """Ask again until the answer is yes (wait_for_function takes the promise itself for a yes)."""
    for _ in range(PATIENCE):
        if page.evaluate(asked, *about):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {asked} {about}")


def cut(page: Page) -> None:
    page.context.set_offline(True)


def back(page: Page) -> None:
    page.context.set_offline(False)


def entries(page: Page) -> list[dict]:
    return page.evaluate("outbox.all()")


def submit(page: Page) -> None:
    page.get_by_role("button", name="提交").last.click()


def found_by_desk(town: Town, words: str) -> int:
    """How many cases stand in the desk's list with these words."""
    page = town.page("chen")
    page.goto(f"/desk/?q={words}")
    return page.get_by_role("row").filter(has_text=words).count()


def queued(page: Page, words: str, photos: list | None = None, **typed: str) -> None:
    """A report on the open form, pressed without network."""
    fill_report(page, words, photos or [camera(words)])
    for label, said in typed.items():
        page.get_by_label(label).fill(said)
    submit(page)
    expect(page.locator("#unsent").get_by_text(words)).to_be_visible()
    page.get_by_role("button", name="再写一件").click()


def on_walk(page: Page) -> None:
    """The day's work of who is logged in, fetched while there was a network."""
    ready(page, "/my/")
    page.reload()
    until(page, KEPT, "/my/found/")
    until(
        page,
        "async () => (await (await caches.open('mine-1')).keys()).some((one) => one.url.includes('?pick='))",
    )
