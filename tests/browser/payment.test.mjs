// Pays as a shopper does, on the pages of the sandbox of payment providers: two makers in one cart, each way to pay, a card
// that is declined, one that asks for proof, a refresh in the middle, and another way after all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { byName, eventually, fillCheckout, fillDelivery, lookAt, openPage, startBrowser, startShop } from './lib.mjs';
import { GOOD_CARD, enterCard, payBy, paymentsOf, receipt } from './paying.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
const DECLINED_CARD = '4000 0000 0000 0002';
const PROVING_CARD = '4000 0025 0000 3155';

let shop;
let browser;
let pop;
before(async () => {
  shop = await startShop();
  browser = await startBrowser();
  // The provider sends the browser back to the shop's own address, and cookies are for one host.
  pop = byName(shop.pops[0]);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

/** A checkout with goods of two makers, filled in. */
async function checkoutOfTwo(options) {
  const opened = await openPage(browser, shop, options);
  await fillCheckout(opened.page, pop, '/p/speckled-stoneware-mug', 'ada@example.org', options);
  await fillCheckout(opened.page, pop, '/p/heavy-cotton-tee', 'ada@example.org', options);
  return opened;
}

/** How far the payments of an order are, at the providers. */
async function statesOf(order) {
  return (await paymentsOf(shop, order)).map((payment) => payment.status.toLowerCase());
}

async function orderInCore(id) {
  return eventually(`order ${id} did not reach the core`, async () => {
    const answer = await fetch(`${shop.core}/v1/orders/${id}`, { headers: { authorization: `Bearer ${shop.operator_key}` } });
    return answer.status === 200 ? answer.json() : null;
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`a card pays for two makers ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
    const { page, faults, close } = await checkoutOfTwo({ javaScriptEnabled });
    await payBy(page, 'Card');
    await enterCard(page, shop, GOOD_CARD);
    const id = await receipt(page);
    await page.getByText('By card. The amount is reserved').waitFor();
    assert.deepEqual(await statesOf(id), ['authorised']);
    await orderInCore(id);
    assert.deepEqual(faults, []);
    await close();
  });
}

test('PayPal pays for two makers', async () => {
  const { page, faults, close } = await checkoutOfTwo();
  await payBy(page, 'PayPal');
  await page.waitForURL(`${shop.psp}/checkoutnow**`);
  await page.getByRole('button', { name: 'Pay now' }).click();
  const id = await receipt(page);
  await page.getByText('With PayPal. The amount is reserved').waitFor();
  assert.deepEqual(await statesOf(id), ['authorised']);
  await orderInCore(id);
  assert.deepEqual(faults, []);
  await close();
});

test('a bank transfer is told where it goes', async () => {
  const { page, faults, close } = await checkoutOfTwo();
  await payBy(page, 'Bank transfer');
  const id = await receipt(page);
  await page.getByRole('heading', { name: 'Please transfer the amount' }).waitFor();
  await page.getByText(/^RF\d\d \w{4}/).waitFor();
  await lookAt(page, folder, 'order-transfer');
  assert.deepEqual(await statesOf(id), []);
  await orderInCore(id);
  assert.deepEqual(faults, []);
  await close();
});

test('a declined card is not the end: another one pays', async () => {
  const { page, faults, close } = await checkoutOfTwo();
  await payBy(page, 'Card');
  await enterCard(page, shop, DECLINED_CARD);
  await page.getByRole('alert').waitFor();
  await enterCard(page, shop, GOOD_CARD);
  const id = await receipt(page);
  assert.deepEqual(await statesOf(id), ['authorised']);
  assert.deepEqual(faults, []);
  await close();
});

test('a card that asks for proof pays when it is given', async () => {
  const { page, faults, close } = await checkoutOfTwo();
  await payBy(page, 'Card');
  await enterCard(page, shop, PROVING_CARD);
  await page.getByRole('button', { name: 'Fail authentication' }).click();
  await page.waitForURL(`${shop.psp}/c/pay/**`);
  await enterCard(page, shop, PROVING_CARD);
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  const id = await receipt(page);
  assert.deepEqual(await statesOf(id), ['authorised']);
  assert.deepEqual(faults, []);
  await close();
});

test('whoever reloads, goes back and presses again pays once', async () => {
  const { page, faults, close } = await checkoutOfTwo();
  await payBy(page, 'Card');
  await page.waitForURL(`${shop.psp}/c/pay/**`);
  const payPage = page.url();
  await page.reload();
  // Back to the shop: the order waits, wherever one looks.
  await page.goto(`${pop}/checkout`);
  await page.waitForURL(/\/orders\/ord_\w+$/);
  await page.getByRole('heading', { name: 'Your payment is not finished' }).waitFor();
  await page.reload();
  await lookAt(page, folder, 'order-unpaid');
  await page.getByRole('link', { name: 'Pay now' }).click();
  assert.equal(page.url(), payPage);
  await enterCard(page, shop, GOOD_CARD);
  const id = await receipt(page);
  // The provider's page sends whoever paid back to the shop.
  await page.goto(payPage);
  await receipt(page);
  await page.reload();
  assert.deepEqual(await statesOf(id), ['authorised']);
  assert.deepEqual(faults, []);
  await close();
});

test('whoever does not want to pay so pays another way', async () => {
  const { page, faults, close } = await checkoutOfTwo();
  await payBy(page, 'Card');
  await page.waitForURL(`${shop.psp}/c/pay/**`);
  await page.getByRole('link', { name: 'Pay another way' }).click();
  await page.waitForURL(/\/orders\/ord_\w+$/);
  const first = new URL(page.url()).pathname.split('/').pop();
  await page.getByRole('button', { name: 'Pay another way' }).click();
  await page.waitForURL(`${pop}/checkout`);
  await fillDelivery(page, 'ada@example.org');
  await payBy(page, 'PayPal');
  await page.getByRole('button', { name: 'Pay now' }).click();
  const second = await receipt(page);
  assert.notEqual(second, first);
  assert.deepEqual(await statesOf(second), ['authorised']);
  assert.deepEqual(await statesOf(first), ['expired']);
  await page.goto(`${pop}/orders/${first}`);
  await page.getByRole('heading', { name: 'Nothing was ordered' }).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('an order that is cancelled leaves its cart', async () => {
  const { page, faults, close } = await checkoutOfTwo();
  await payBy(page, 'PayPal');
  await page.getByRole('button', { name: 'Cancel and return' }).click();
  await page.waitForURL(/\/orders\/ord_\w+$/);
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByRole('heading', { name: 'Nothing was ordered' }).waitFor();
  await lookAt(page, folder, 'order-not-paid');
  await page.getByRole('link', { name: 'Back to your cart' }).click();
  await page.getByRole('heading', { name: 'Speckled stoneware mug' }).waitFor();
  assert.deepEqual(faults, []);
  await close();
});
