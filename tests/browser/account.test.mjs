// A customer registers, verifies by the mail's link, logs in, and leaves again; with and without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, byName, linkOf, lookAt, openPage, startBrowser, startShop } from './lib.mjs';

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

async function logIn(page, pop, email, password) {
  await page.goto(`${pop}/account/login`);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
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
    await lookAt(page, folder, 'register-refused', { javaScriptEnabled });
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('heading', { level: 1, name: 'Look into your mailbox' }).waitFor();
    await lookAt(page, folder, 'register-sent', { javaScriptEnabled });

    await page.goto(pop + (await linkOf(shop, email, 'Confirm')));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your account is ready' }).waitFor();
    await lookAt(page, folder, 'verified', { javaScriptEnabled });
    await logIn(page, pop, email, 'not my password');
    await page.getByRole('alert').getByText('do not fit').waitFor();
    await lookAt(page, folder, 'login-refused', { javaScriptEnabled });
    await logIn(page, pop, email, PASSWORD);
    await page.waitForURL(`${pop}/account`);
    await page.getByText(email).waitFor();
    await page.getByText('Another password').click();
    await lookAt(page, folder, 'account', { javaScriptEnabled });

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

/** Registers and verifies by the API; pages do it in the tests above. */
async function customer(pop, email) {
  const send = (path, body) => fetch(`${pop}/v1/account${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal((await send('', { name: 'Ada Lovelace', email, password: PASSWORD })).status, 202);
  const token = new URLSearchParams((await linkOf(shop, email, 'Confirm')).split('?')[1]).get('token');
  assert.equal((await send('/verification', { token })).status, 204);
}

test('a passkey is a second way in', async () => {
  // Passkeys are for a name: the shop knows itself by it.
  const pop = byName(shop.pops[0]);
  const email = 'passkey@example.org';
  await customer(shop.pops[0], email);
  const { page, faults, close } = await openPage(browser, shop, { viewport: { width: 390, height: 900 } });
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true },
  });
  await logIn(page, pop, email, PASSWORD);
  await page.waitForURL(`${pop}/account`);
  const summary = page.locator('summary', { hasText: 'Passkeys' });
  await summary.click();
  await page.getByLabel('What you call this device').fill('My laptop');
  await page.locator('#passkey-password').fill('not my password');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('alert').getByText('not your password').waitFor();
  await page.locator('#passkey-password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('My laptop, added').waitFor({ state: 'attached' });
  await summary.click();
  await lookAt(page, folder, 'account-passkey');

  await page.getByRole('button', { name: 'Log out', exact: true }).click();
  await page.waitForURL(`${pop}/`);
  await page.goto(`${pop}/account/login`);
  await lookAt(page, folder, 'login-passkey');
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await page.waitForURL(`${pop}/account`);
  await page.getByText(email).waitFor();
  await summary.click();
  await page.getByRole('button', { name: 'Remove My laptop' }).click();
  await page.getByText('My laptop').waitFor({ state: 'detached' });
  await page.goto(`${pop}/account/login`);
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await page.getByRole('alert').getByText('No account has this passkey').waitFor();
  assert.deepEqual(faults, []);
  await close();
});

for (const [javaScriptEnabled, width] of [[true, 1280], [false, 390]]) {
  test(`addresses and the checkout, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
    const email = `address-${width}@example.org`;
    const [pop] = shop.pops;
    await customer(pop, email);
    const { page, faults, close } = await openPage(browser, shop, { javaScriptEnabled, viewport: { width, height: 900 } });
    await logIn(page, pop, email, PASSWORD);
    await page.waitForURL(`${pop}/account`);
    await page.getByRole('link', { name: 'Your addresses' }).click();
    await page.getByText('There is none yet').waitFor();
    await lookAt(page, folder, 'addresses-none', { javaScriptEnabled });
    await page.getByRole('link', { name: 'Add an address' }).click();
    await page.getByLabel('Street and number').fill('Unter den Linden 1');
    await page.getByLabel('Postcode').fill('10117');
    await page.getByLabel('Town or city').fill('Berlin');
    await lookAt(page, folder, 'address', { javaScriptEnabled });
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('Ada Lovelace, Unter den Linden 1').waitFor();
    await lookAt(page, folder, 'addresses', { javaScriptEnabled });
    await page.getByRole('link', { name: 'Change: Ada Lovelace' }).click();
    await page.getByRole('heading', { level: 1, name: 'Change an address' }).waitFor();
    assert.equal(await page.getByLabel('Postcode').inputValue(), '10117');
    await lookAt(page, folder, 'address-change', { javaScriptEnabled });
    await page.goto(`${pop}/p/few-left`);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    if (javaScriptEnabled) await page.getByText('Your cart holds').waitFor();
    else await page.waitForURL(`${pop}/cart`);
    await page.goto(`${pop}/checkout`);
    assert.equal(await page.getByLabel('Street and number').inputValue(), 'Unter den Linden 1');
    assert.equal(await page.getByRole('textbox', { name: 'E-mail' }).inputValue(), email);
    await lookAt(page, folder, 'checkout-known', { javaScriptEnabled });
    assert.deepEqual(faults, []);
    await close();
  });
}

test('the mailbox shows what was sent', async () => {
  const { page, faults, close } = await openPage(browser, shop, { viewport: { width: 1280, height: 900 } });
  await page.goto(shop.mailbox);
  await page.getByRole('heading', { name: 'Confirm your e-mail address' }).first().waitFor();
  await lookAt(page, folder, 'mailbox');
  assert.deepEqual(faults, []);
  await close();
});
