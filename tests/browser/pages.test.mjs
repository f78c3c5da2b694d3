// Every page at the widths of a phone and of a desk: screenshots to look at, and what must hold of each.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addToCart, auditFaults, eventually, fillDelivery, logInToCore, openPage, placeOrder, press, startBrowser,
  startShop } from './lib.mjs';

const WIDTHS = [390, 1280];
const BROWSER_BYTES_MAX = 150_000;
const folder = process.env.KIOSK_SCREENSHOTS ?? '.';

let shop;
let browser;
before(async () => {
  shop = await startShop();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

async function shoot(page, name, width, fullPage = true) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    // A picture of the whole page shows what a visitor sees who has scrolled through it.
    for (const image of document.images) image.loading = 'eager';
    await Promise.all([...document.images].filter((image) => !image.complete)
      .map((image) => new Promise((done) => { image.onload = image.onerror = done; })));
  });
  await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage });
}

/** The page fits its width, has one first heading, and every field has a name. */
async function wellMade(page, name) {
  const found = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll('h1').length,
    unnamed: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
      .filter((field) => field.labels.length === 0 && !field.getAttribute('aria-label')).length,
    noAlt: document.querySelectorAll('img:not([alt])').length,
    lang: document.documentElement.lang,
  }));
  assert.deepEqual(found, { overflow: 0, headings: 1, unnamed: 0, noAlt: 0, lang: 'en' }, name);
  assert.deepEqual(await auditFaults(page), [], name);
}

/** Opens the home page once the catalogue has come through the feed. */
async function firstProduct(page, pop) {
  await eventually('the catalogue did not come', async () => {
    await page.goto(pop);
    return (await page.locator('nav a[href^="/c/"]').count()) > 0;
  });
  return page.locator('a[href^="/p/"]').first().getAttribute('href');
}

for (const width of WIDTHS) {
  for (const colorScheme of ['light', 'dark']) {
    test(`pages of the shop at ${width} px, ${colorScheme}`, async () => {
      const { page, faults, close } = await openPage(browser, shop, { viewport: { width, height: 900 }, colorScheme });
      const [pop] = shop.pops;
      const mark = colorScheme === 'dark' ? '-dark' : '';
      const product = await firstProduct(page, pop);
      const category = await page.locator('nav a[href^="/c/"]').first().getAttribute('href');
      const vendor = await page.locator('a[href^="/vendors/"]').first().getAttribute('href');
      const pages = { home: '/', category, vendor, product, search: '/search?q=a', 'search-none': '/search?q=zzzz',
        'cart-empty': '/cart', missing: '/nowhere', 'product-missing': '/p/nowhere', 'order-missing': '/orders/ord_none',
        login: '/account/login', register: '/account/register', reset: '/account/reset', verify: '/account/verify?token=x',
        password: '/account/password?token=x', 'email-change': '/account/email?token=x' };
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(pop + path);
        await wellMade(page, name);
        await shoot(page, `${name}${mark}`, width);
      }
      await page.goto(`${pop}/p/few-left`);
      await addToCart(page);
      for (const [name, path] of [['cart', '/cart'], ['checkout', '/checkout']]) {
        await page.goto(pop + path);
        await wellMade(page, name);
        await shoot(page, `${name}${mark}`, width);
      }
      assert.deepEqual(faults, []);
      await close();
    });
  }

  test(`confirmation and status at ${width} px`, async () => {
    const { page, close } = await openPage(browser, shop, { viewport: { width, height: 900 } });
    const [pop] = shop.pops;
    await page.goto(pop + (await firstProduct(page, pop)));
    await addToCart(page);
    await page.goto(`${pop}/checkout`);
    await fillDelivery(page, 'ada@example.org');
    await placeOrder(page);
    await page.waitForURL(/\/orders\/ord_/);
    await wellMade(page, 'confirmation');
    await shoot(page, 'confirmation', width);
    await page.goto(page.url().split('?')[0]);
    await wellMade(page, 'status');
    await shoot(page, 'status', width);
    await close();
  });

  test(`pages of the admins at ${width} px`, async () => {
    const { page, close } = await openPage(browser, shop, { viewport: { width, height: 900 } });
    await page.goto(`${shop.core}/admin`);
    await wellMade(page, 'login of the core');
    await shoot(page, 'core-login', width, false);
    await logInToCore(page, shop, shop.owner);
    await wellMade(page, 'admin');
    const links = await page.locator('nav a').evaluateAll((anchors) => anchors.map((a) => a.getAttribute('href')));
    for (const href of new Set(links.filter((link) => link?.startsWith('/admin')))) {
      await page.goto(shop.core + href);
      await wellMade(page, href);
      await shoot(page, `admin${href.slice('/admin'.length).replaceAll('/', '-')}`, width, false);
    }
    await page.goto(`${shop.core}/admin/imports`);
    await press(page, page.locator('td a[href^="/admin/imports/"]').first());
    await wellMade(page, 'an import');
    await shoot(page, 'admin-import', width, false);
    await page.goto(`${shop.core}/admin/vendors/ven_none`);
    await wellMade(page, 'nothing at this address of the core');
    await shoot(page, 'core-missing', width, false);
    await close();
  });
}

test('a product page downloads little script', async () => {
  const { page, close } = await openPage(browser, shop);
  await page.goto(shop.pops[0] + (await firstProduct(page, shop.pops[0])));
  await addToCart(page);
  // The size as it is sent, also of what the browser has kept from the page before.
  const sizes = await page.evaluate(() => performance.getEntriesByType('resource')
    .filter((entry) => /\.(js|wasm)$/.test(new URL(entry.name).pathname)).map((entry) => entry.encodedBodySize));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(bytes > 10_000, `the islands were not loaded: ${sizes}`);
  assert.ok(bytes <= BROWSER_BYTES_MAX, `${bytes} bytes of script and WASM`);
  await close();
});
