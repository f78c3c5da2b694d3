// A model with thresholds of its own is registered and promoted while the shop sells. Everybody is asked for more: who pays by
// invoice for a code from a mail, who pays by card by the card's bank. Somebody with stolen cards buys and buys until the shop
// takes nothing more; an analyst sees why and what is around it, confirms, and the account is blocked at both POPs; its appeal
// is upheld. Somebody who opens account after account is refused too.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { byName, eventually, fillCheckout, logInCustomer, logInToCore, mailTo, openPeople, placeOrder, press, registerCustomer,
  startBrowser, startShop } from './lib.mjs';
import { GOOD_CARD, enterCard, payBy } from './paying.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
const MODELS = new URL('../../ml/fraud/models/', import.meta.url);
const THIEF = 'mallory.fraud@example.org';
/** A dear thing. */
const PRODUCT = '/p/two-person-dome-tent';
/** So many orders of one customer within an hour are all. */
const ORDERS_MAX = 2;
/** More accounts than this with addresses of a throw-away domain, one after the other, are none. */
const ACCOUNTS_MAX = 10;

let shop;
let browser;
let of;
let look;
let noFaults;
/** The POPs of the thief's region. */
let region;

before(async () => {
  shop = await startShop();
  browser = await startBrowser();
  ({ of, look, noFaults } = await openPeople(browser, shop, folder, ['thief', 'analyst', 'guest']));
  region = [shop.pops[0], shop.pops[2]].map(byName);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

/** The second model as a cautious shop would run it: whatever the hour, everybody is asked for more. */
async function cautiousModel() {
  const card = JSON.parse(await readFile(new URL('fraud-v3.json', MODELS), 'utf8'));
  const velocity = { key: 'customer', measure: 'count', window: '1h' };
  card.version = 'cautious-1';
  card.thresholds = { step_up: 0, review: 1, block: 1 };
  card.rules = [{ code: 'customer_velocity_limit', text: 'Too many orders', outcome: 'block', source: { velocity }, above: ORDERS_MAX - 0.5 }];
  const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
  return [file('cautious-1.json', Buffer.from(JSON.stringify(card))), file('cautious-1.onnx', await readFile(new URL('fraud-v3.onnx', MODELS)))];
}

test('a model is registered, watched and promoted', async () => {
  const page = of('analyst');
  await logInToCore(page, shop, shop.owner);
  await page.goto(`${shop.core}/admin/models`);
  const [card, network] = await cautiousModel();
  await page.locator('#card').setInputFiles({ ...card, buffer: Buffer.from('{}') });
  await page.locator('#file').setInputFiles(network);
  await press(page, page.getByRole('button', { name: 'Register' }));
  await page.getByRole('alert').first().waitFor();
  await page.locator('#card').setInputFiles(card);
  await page.locator('#file').setInputFiles(network);
  await press(page, page.getByRole('button', { name: 'Register' }));
  await page.getByRole('heading', { level: 1, name: 'cautious-1' }).waitFor();
  await look('analyst', 'admin-model');
  await page.goto(`${shop.core}/admin/models`);
  const watch = page.locator('form.act').filter({ hasText: 'Watch it everywhere' });
  await watch.getByLabel('Model').selectOption('cautious-1');
  await watch.getByLabel('Why').fill('Cards are stolen these days');
  await press(page, watch.getByRole('button'));
  const promote = page.locator('form.act').filter({ hasText: 'Promote the candidate' });
  await promote.getByLabel('Why').fill('It does what it should');
  await press(page, promote.getByRole('button'));
  await page.getByText('POPs follow within seconds').waitFor();
  await look('analyst', 'admin-models');
  noFaults('analyst');
});

test('who does not pay by card confirms the e-mail address with a code', async () => {
  const page = of('guest');
  let number = 0;
  let email;
  // Until the POP follows, orders are taken as before.
  await eventually('no code was asked for', async () => {
    number += 1;
    email = `grace.${number}@example.org`;
    await fillCheckout(page, region[0], PRODUCT, email);
    await placeOrder(page);
    await page.getByText(/Is it you\?|Thank you|cannot take/).first().waitFor();
    return (await page.getByText('Is it you?').count()) > 0;
  });
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

/** Tries to buy by card; `challenged`, `paid` or `refused`. */
async function buyByCard(page, pop) {
  await fillCheckout(page, pop, PRODUCT, THIEF);
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
  for (let order = 0; order <= ORDERS_MAX; order += 1) met.push(await buyByCard(page, region[0]));
  assert.deepEqual(met, ['challenged', 'challenged', 'refused']);
  await look('thief', 'checkout-refused');
  noFaults('thief');
});

test('an analyst sees why and what is around it, and confirms', async () => {
  const page = of('analyst');
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
  await page.getByRole('link', { name: 'Appeal against the block' }).waitFor();
  await page.goto(`${region[0]}/account`);
  await page.getByRole('heading', { name: 'Your orders are blocked' }).waitFor();
  await look('thief', 'account-blocked');
  await page.getByRole('link', { name: 'Why, and what you can do' }).click();
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

test('who opens one account after the other is refused, and others are not', async () => {
  const [pop] = region;
  const page = of('guest');
  const register = async (name, email) => {
    await page.goto(`${pop}/account/register`);
    await page.getByLabel('Full name').fill(name);
    await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
    await page.getByLabel('Password').fill('quiet harbour lantern 27');
    await press(page, page.getByRole('button', { name: 'Register' }));
    return (await page.getByText('We cannot open an account just now').count()) > 0;
  };
  let opened = 0;
  while (!(await register('Max Muster', `bonus${opened}@mailinator.com`))) {
    opened += 1;
    assert.ok(opened < ACCOUNTS_MAX, 'nobody stops a script that opens accounts');
  }
  await page.getByText('You can order as a guest').waitFor();
  await look('guest', 'register-doubted');
  assert.equal(await register('Frieda Lang', 'frieda.lang@example.org'), false, 'somebody else behind the same network');
});
