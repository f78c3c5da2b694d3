// A customer registers, verifies by the mail's link, logs in, and leaves again; with and without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditFaults, linkOf, openPage, startBrowser, startShop } from './lib.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
const PASSWORD = 'an umbrella in the rain';

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

async function look(page, name, width, audited = true) {
  // The audit is a script, too.
  if (audited) assert.deepEqual(await auditFaults(page), [], name);
  await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
}

async function logIn(page, pop, email, password) {
  await page.goto(`${pop}/account/login`);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

for (const [javaScriptEnabled, width] of [[true, 1280], [false, 390]]) {
  test(`an account's life, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
    const email = `ada-${width}@example.org`;
    const { page, faults, close } = await openPage(browser, shop, { javaScriptEnabled, viewport: { width, height: 900 } });
    const [pop] = shop.pops;
    await page.goto(pop);
    await page.getByRole('link', { name: 'Your account' }).click();
    await page.getByRole('link', { name: 'I have no account' }).click();
    await page.getByLabel('Full name').fill('Ada Lovelace');
    await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
    await page.getByLabel('Password').fill('password1');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('lists of stolen ones').waitFor();
    await look(page, 'register-refused', width, javaScriptEnabled);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('heading', { level: 1, name: 'Look into your mailbox' }).waitFor();
    await look(page, 'register-sent', width, javaScriptEnabled);

    await page.goto(pop + (await linkOf(shop, email, 'Confirm')));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your account is ready' }).waitFor();
    await logIn(page, pop, email, 'not my password');
    await page.getByRole('alert').getByText('do not fit').waitFor();
    await look(page, 'login-refused', width, javaScriptEnabled);
    await logIn(page, pop, email, PASSWORD);
    await page.waitForURL(`${pop}/account`);
    await page.getByText(email).waitFor();
    await page.getByText('Another password').click();
    await look(page, 'account', width, javaScriptEnabled);

    // Somebody else's browser sees nothing of it.
    const stranger = await fetch(`${pop}/account`, { redirect: 'manual' });
    assert.equal(stranger.headers.get('location'), '/account/login');

    await page.getByText('Delete the account').click();
    await page.locator('#delete-password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Delete it for good' }).click();
    await page.waitForURL(`${pop}/`);
    await logIn(page, pop, email, PASSWORD);
    await page.getByRole('alert').getByText('do not fit').waitFor();
    assert.deepEqual(faults, []);
    await close();
  });
}

test('the mailbox shows what was sent', async () => {
  const { page, faults, close } = await openPage(browser, shop, { viewport: { width: 1280, height: 900 } });
  await page.goto(shop.mailbox);
  await page.getByRole('heading', { name: 'Confirm your e-mail address' }).first().waitFor();
  await look(page, 'mailbox', 1280);
  assert.deepEqual(faults, []);
  await close();
});
