"""Pages that stay: nobody looks at one while it is being replaced by the next."""

from playwright.sync_api import BrowserContext, Page

# A page that was left by a link or a form is there until the next one comes, and it can still be asked.
REMEMBERS_THAT_IT_IS_LEFT = "window.isLeft = false; addEventListener('beforeunload', () => { window.isLeft = true })"
STAYS = """async () => {
  for (let turn = 0; turn < 2; turn++) await new Promise(done => setTimeout(done));
  return window.isLeft === false && document.readyState === 'complete';
}"""


# What must come in the end may take a while on two busy cores; that it comes is what the tests hold.
PATIENCE_MILLISECONDS = 400_000


def remember_leaving(context: BrowserContext) -> BrowserContext:
    """Let every page of the context know when it was left, and wait for what comes late on a busy machine."""
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    context.add_init_script(REMEMBERS_THAT_IT_IS_LEFT)
    return context


def wait_until_settled(page: Page) -> None:
    """Wait for the page that the last click or key leads to; never ends in a context that does not remember leaving."""
    page.wait_for_function(STAYS)
