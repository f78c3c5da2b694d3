// Starts a shop and Chromium for the browser tests.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

/** A shop as processes, with `env` besides; `tell` gives it a command and waits until it is done. */
export async function startShop(env = {}) {
  const program = process.env.KIOSK_BIN ? `${process.env.KIOSK_BIN}/test-shop` : 'test-shop';
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('test-shop ended');
    return value;
  };
  const addresses = JSON.parse(await next());
  return {
    ...addresses,
    async tell(command) {
      child.stdin.write(`${command}\n`);
      await next();
    },
    async stop() {
      child.stdin.end();
      await new Promise((resolve) => child.on('exit', resolve));
    },
  };
}

/** Headless Chromium that talks to nobody but the shop. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.KIOSK_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** A page that fails the test on any script error, console error or request to elsewhere. */
export async function openPage(browser, shop, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults = [];
  const known = [shop.core, shop.mailbox, shop.psp, ...shop.pops];
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // Chromium logs each answer of 4xx/5xx; whether one is right is for the test to say.
    if (!message.text().startsWith('Failed to load resource')) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    // A shop is called by both names of this machine.
    const url = request.url().replace('//localhost:', '//127.0.0.1:');
    if (!url.startsWith('data:') && !known.some((base) => url.startsWith(base))) faults.push(`request to ${url}`);
  });
  return { page, faults, close: () => context.close() };
}

/** An address by this machine's name: providers send browsers back to it, cookies are for one host, passkeys for a name. */
export const byName = (url) => url.replace('127.0.0.1', 'localhost');

/** A page for each of `names`: their pages, pictures of them, and that none had a script error or asked elsewhere. */
export async function openPeople(browser, shop, folder, names) {
  const sessions = {};
  for (const name of names) sessions[name] = await openPage(browser, shop, { viewport: { width: 1280, height: 900 } });
  const of = (name) => sessions[name].page;
  return {
    of,
    look: (name, picture) => lookAt(of(name), folder, picture),
    noFaults(...some) {
      for (const name of some) assert.deepEqual(sessions[name].faults, [], name);
    },
  };
}

/** Waits until the islands of the page react; before that its forms and links do the work. */
export function islandsReady(page) {
  return page.locator('html.js').waitFor({ state: 'attached' });
}

/** What an audit by axe-core finds, a line for each rule and place. */
export async function auditFaults(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

/** Presses a button that sends a form, and waits for the page that comes. */
export async function press(page, button) {
  await Promise.all([page.waitForEvent('load'), button.click()]);
}

/** Puts the product that is shown into the cart, without leaving its page. */
export async function addToCart(page) {
  await islandsReady(page);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('Your cart holds').waitFor();
}

/** Logs in to the core's pages as an admin or somebody of a vendor, and waits for their first page. */
export async function logInToCore(page, shop, { email, password }) {
  await page.goto(`${shop.core}/login`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.waitForURL(/\/(admin|vendor)$/);
}

/** Calls `look` until it returns something; fails with `what` after a minute. */
export async function eventually(what, look) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The newest mail to `email` about `subject`. */
export function mailTo(shop, email, subject) {
  return eventually(`no mail to ${email} about ${subject}`, async () => {
    const mails = await (await fetch(`${shop.mailbox}/messages`)).json();
    return mails.find(({ To, Subject }) => To === email && Subject.includes(subject));
  });
}

/** Path and query of the link in the newest mail to `email` about `subject`. */
export async function linkOf(shop, email, subject) {
  const url = new URL(/http\S+/.exec((await mailTo(shop, email, subject)).TextBody)[0]);
  return url.pathname + url.search;
}

/** Audits the page and takes its picture on a phone and on a desk. Without script there is no audit: it is one. */
export async function lookAt(page, folder, name, { javaScriptEnabled = true } = {}) {
  const before = page.viewportSize();
  const picture = javaScriptEnabled ? name : `${name}-noscript`;
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const faults = javaScriptEnabled ? await auditFaults(page) : [];
    if (faults.length > 0) throw new Error(`${name} at ${width} px:\n${faults.join('\n')}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) throw new Error(`${name} is ${wide} px wider than a screen of ${width} px`);
    await page.screenshot({ path: `${folder}/${picture}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize(before);
}

/** Password of the customers and vendors of the tests. */
export const PASSWORD = 'an umbrella in the rain';

/** Registers a customer, confirms by the mail's link and logs in. */
export async function registerCustomer(page, shop, pop, email) {
  await page.goto(`${pop}/account/register`);
  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Register' }).click();
  await page.goto(pop + (await linkOf(shop, email, 'Confirm')));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { level: 1, name: 'Your account is ready' }).waitFor();
  await logInCustomer(page, pop, email);
}

/** Logs a customer in. */
export async function logInCustomer(page, pop, email) {
  await page.goto(`${pop}/account/login`);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.waitForURL(/\/(account|cart)/);
  await page.goto(`${pop}/account`);
}

/** Opens a product's page once the product has come through the feed and can be sold. */
export function openWhenSold(page, url) {
  const button = page.getByRole('button', { name: 'Add to cart' });
  return eventually(`${url} did not come to be sold`, async () => {
    const answer = await page.goto(url);
    // The product may be there before its stock is: the page then has no such button, and waiting on it brings none.
    return answer.status() === 200 && (await button.count()) === 1 && (await button.isEnabled());
  });
}

/** Fills who receives the order, and where. */
export async function fillDelivery(page, email) {
  const fields = { 'Full name': 'Ada Lovelace', 'E-mail': email, 'Street and number': 'Invalidenstr. 116', Postcode: '10115',
    'Town or city': 'Berlin' };
  for (const [label, value] of Object.entries(fields)) await page.getByRole('textbox', { name: label }).fill(value);
  await page.getByLabel('Country').selectOption('DE');
}

/** Puts pieces of the product at `path` into the cart once it can be sold, and fills the checkout. */
export async function fillCheckout(page, pop, path, email, { javaScriptEnabled = true, pieces = 1 } = {}) {
  await openWhenSold(page, pop + path);
  if (javaScriptEnabled) await islandsReady(page);
  await page.getByRole('spinbutton', { name: 'Quantity' }).fill(String(pieces));
  if (javaScriptEnabled) await addToCart(page);
  else await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.goto(`${pop}/checkout`);
  await fillDelivery(page, email);
}

/** Places the order of a filled checkout. */
export function placeOrder(page) {
  return page.getByRole('button', { name: 'Order and pay' }).click();
}
