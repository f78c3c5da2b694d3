// Somebody with stolen cards buys and buys: the card's bank has to ask, then the shop takes nothing more. An analyst sees why
// and what is around it, confirms, and the account is blocked at both POPs; its appeal is upheld. Somebody else is asked for
// a code by mail.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { byName, eventually, fillCheckout, logInCustomer, logInToCore, mailTo, openPeople, placeOrder, press, registerCustomer,
  startBrowser, startShop } from './lib.mjs';
import { GOOD_CARD, enterCard, payBy } from './paying.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
const THIEF = 'mallory.fraud@example.org';
/** A dear thing that goes by express. */
const PRODUCT = '/p/two-person-dome-tent';
/** After so many orders at the latest nobody takes another one. */
const ORDERS_MAX = 12;

let shop;
let browser;
let of;
let look;
let noFaults;
/** The POPs of the thief's region. */
let region;

before(async () => {
  shop = await startShop({ SPIN_VARIABLE_FRAUD_MODEL: 'fraud-v2' });
  browser = await startBrowser();
  ({ of, look, noFaults } = await openPeople(browser, shop, folder, ['thief', 'analyst']));
  region = [shop.pops[0], shop.pops[2]].map(byName);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

/** Tries to buy by card; `challenged`, `paid` or `refused`. */
async function buyByCard(page, pop) {
  await fillCheckout(page, pop, PRODUCT, THIEF, { pieces: 1 });
  const express = page.getByRole('radio', { name: /Express/ });
  if ((await express.count()) > 0) await express.check({ force: true });
  await payBy(page, 'Card');
  await page.waitForURL((url) => url.href.startsWith(`${shop.psp}/c/pay/`) || url.pathname === '/checkout');
  if (page.url().startsWith(pop)) {
    await page.getByText('We cannot take this order').waitFor();
    return 'refused';
  }
  await enterCard(page, shop, GOOD_CARD);
  await page.waitForURL((url) => url.pathname.endsWith('/challenge') || url.pathname.startsWith('/orders/'));
  if (!page.url().startsWith(shop.psp)) return 'paid';
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  await page.waitForURL(/\/orders\/ord_/);
  return 'challenged';
}

test('a thief is asked by the bank of the card, and then refused', async () => {
  const page = of('thief');
  await registerCustomer(page, shop, region[0], THIEF);
  const met = [];
  while (met.at(-1) !== 'refused' && met.length < ORDERS_MAX) met.push(await buyByCard(page, region[0]));
  assert.equal(met.at(-1), 'refused', `${met}`);
  assert.ok(met.includes('challenged'), `${met}`);
  await look('thief', 'checkout-refused');
  noFaults('thief');
});

test('an analyst sees why and what is around it, and confirms', async () => {
  const page = of('analyst');
  await logInToCore(page, shop, shop.owner);
  await eventually('the refused checkout did not reach the core', async () => {
    await page.goto(`${shop.core}/admin/fraud?state=block`);
    return (await page.locator('tbody tr').count()) > 0;
  });
  await look('analyst', 'admin-fraud');
  await page.locator('tbody a').first().click();
  await page.getByRole('heading', { name: 'Why' }).waitFor();
  assert.ok((await page.locator('ul li', { hasText: /\w/ }).count()) > 0, 'a reason is told');
  assert.ok((await page.locator('figure.graph circle').count()) > 3, 'the graph is drawn');
  await look('analyst', 'admin-fraud-case');
  await page.getByLabel('Why it is fraud').fill('The cards are reported stolen');
  await press(page, page.getByRole('button', { name: /It is fraud/ }));
  await page.getByText('The cards are reported stolen').waitFor();
  await look('analyst', 'admin-fraud-decided');
  noFaults('analyst');
});

/** What the account is told of its standing at a POP. */
async function standing(page, pop, text) {
  return eventually(`${pop} does not say "${text}"`, async () => {
    await page.goto(`${pop}/account/appeal`);
    return (await page.getByText(text).count()) > 0;
  });
}

test('the account is blocked at both POPs, and appeals', async () => {
  const page = of('thief');
  for (const pop of region.toReversed()) {
    await logInCustomer(page, pop, THIEF);
    await standing(page, pop, 'Your orders are blocked');
    await fillCheckout(page, pop, PRODUCT, THIEF);
    await placeOrder(page);
    await page.getByText(/orders are blocked/).waitFor();
  }
  await page.getByRole('link', { name: 'Appeal against the block' }).click();
  await look('thief', 'account-appeal');
  await page.getByLabel('Why the block is wrong').fill('It was my own card. Call me at +49 30 901820 or ada@example.org.');
  await press(page, page.getByRole('button', { name: 'Send the appeal' }));
  await page.getByText('We have your appeal').waitFor();
  await look('thief', 'account-appeal-sent');
  noFaults('thief');
});

test('the appeal is upheld, and both POPs sell again', async () => {
  const page = of('analyst');
  await eventually('the appeal did not reach the core', async () => {
    await page.goto(`${shop.core}/admin/appeals?state=open`);
    return (await page.locator('tbody tr').count()) > 0;
  });
  await look('analyst', 'admin-appeals');
  await page.locator('tbody a').first().click();
  await page.getByText('It was my own card').waitFor();
  assert.equal(await page.getByText(/901820|ada@example/).count(), 0, 'nothing personal leaves the region');
  await look('analyst', 'admin-appeal');
  await page.getByLabel('Why it is upheld').fill('The bank was wrong');
  await press(page, page.getByRole('button', { name: 'Uphold and unblock' }));
  await page.getByText('Decided.').waitFor();
  const thief = of('thief');
  for (const pop of region) {
    await logInCustomer(thief, pop, THIEF);
    await standing(thief, pop, 'Nothing is blocked');
  }
  noFaults('analyst', 'thief');
});

test('who does not pay by card confirms the e-mail address with a code', async () => {
  const { of, look, noFaults } = await openPeople(browser, shop, folder, ['guest']);
  const page = of('guest');
  const email = 'grace.code@example.org';
  // Each order of a newcomer within minutes is more doubtful than the one before.
  const asked = await eventually('no code was asked for', async () => {
    await fillCheckout(page, region[0], PRODUCT, email, { pieces: 1 });
    await placeOrder(page);
    await page.getByText(/Is it you\?|Thank you|cannot take/).first().waitFor();
    assert.equal(await page.getByText(/cannot take/).count(), 0, 'refused before it was asked');
    return (await page.getByText('Is it you?').count()) > 0;
  });
  assert.ok(asked);
  await look('guest', 'checkout-code');
  const [code] = /\d{6}/.exec((await mailTo(shop, email, 'is your code')).Subject);
  await page.getByLabel('Code from the e-mail').fill(code === '000000' ? '000001' : '000000');
  await page.getByRole('button', { name: 'Confirm and order' }).click();
  await page.getByText('This is not the code').waitFor();
  await look('guest', 'checkout-code-wrong');
  await page.getByLabel('Code from the e-mail').fill(code);
  await page.getByRole('button', { name: 'Confirm and order' }).click();
  await page.waitForURL(/\/orders\/ord_\w+\?thanks=1$/);
  noFaults('guest');
});
