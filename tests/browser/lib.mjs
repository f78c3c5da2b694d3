// Starts a shop and Chromium for the browser tests.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

/** A shop as processes; `tell` gives it a command and waits until it is done. */
export async function startShop() {
  const program = process.env.KIOSK_BIN ? `${process.env.KIOSK_BIN}/test-shop` : 'test-shop';
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
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
  const known = [shop.core, shop.mailbox, ...shop.pops];
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // Chromium logs each answer of 4xx/5xx; whether one is right is for the test to say.
    if (!message.text().startsWith('Failed to load resource')) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('data:') && !known.some((base) => url.startsWith(base))) faults.push(`request to ${url}`);
  });
  return { page, faults, close: () => context.close() };
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
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(/\/(admin|vendor)$/);
}

/** Path and query of the link in the newest mail to `email` about `subject`. */
export async function linkOf(shop, email, subject) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const mails = await (await fetch(`${shop.mailbox}/messages`)).json();
    const mail = mails.find(({ To, Subject }) => To === email && Subject.includes(subject));
    if (mail) {
      const url = new URL(/http\S+/.exec(mail.TextBody)[0]);
      return url.pathname + url.search;
    }
    if (Date.now() > deadline) throw new Error(`no mail to ${email} about ${subject}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
