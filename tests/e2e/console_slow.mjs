// SPDX-License-Identifier: Apache-2.0
// The page when answers are slow or missing: whatever is late, it ends at what is so now, without a reload.
const LIMIT = 30_000;
const MUCH = 1_500;  // milliseconds: several blocks of the local chain

/// Every answer but the stream goes through `handle(route, count)`, which counts those with the token.
async function between({ page }, handle) {
  let count = 0;
  await page.route(/\/api\/v1\/(?!events)/, (route) => {
    const entered = route.request().headers().authorization !== undefined;
    if (entered) count += 1;
    return entered ? handle(route, count) : route.continue();
  });
  return () => page.unroute(/\/api\/v1\/(?!events)/);
}

function gate() {
  let open = () => {};
  const passed = new Promise((done) => { open = done; });
  return { open, passed };
}

const title = ({ page }, text) => page.locator('main h1', { hasText: text }).waitFor({ timeout: LIMIT });

/// open() loads the page, enter() gives the token, told() raises an alert and wants to see it come and go on the page.
export const STORIES = {
  'whoever goes to another screen before the first has come is told the news there': async (tab, open, enter, told) => {
    const gates = [gate(), gate()];
    const free = await between(tab, async (route, count) => {
      if (count === 4) gates[0].open();  // the next screen has asked both of its questions
      if (count <= 4) await gates[count <= 2 ? 0 : 1].passed;
      return route.continue();
    });
    await open();
    await enter();
    await tab.page.getByText('Loading…').waitFor({ timeout: LIMIT });
    const first = tab.page.waitForResponse(/\/api\/v1\/positions/, { timeout: LIMIT });
    await tab.page.evaluate('location.hash = "#/alerts"');
    await (await first).finished();
    await tab.page.waitForTimeout(300);  // the page has seen it
    gates[1].open();
    await title(tab, 'Alerts');
    await told();
    await free();
  },
  'answers that are slower than the news are shown all the same': async (tab, open, enter, told) => {
    await between(tab, async (route) => {
      await new Promise((done) => { setTimeout(done, MUCH); });
      return route.continue().catch(() => {});  // the tab may be gone
    });
    await open();
    await enter();
    await tab.go('alerts');
    await title(tab, 'Alerts');
    await told();
  },
  'a page whose first questions fail says so and goes on by itself': async (tab, open, enter, told) => {
    await between(tab, (route, count) => (count <= 2 ? route.abort() : route.continue()));
    await open();
    await enter();
    await tab.page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor({ timeout: LIMIT });
    await title(tab, 'Positions');
    await tab.go('alerts');
    await title(tab, 'Alerts');
    await told();
  },
};
