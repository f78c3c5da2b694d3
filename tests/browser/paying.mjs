// Paying on the pages of the sandbox of payment providers.
import assert from 'node:assert/strict';
import { placeOrder } from './lib.mjs';

/** A card that pays. */
export const GOOD_CARD = '4242 4242 4242 4242';

/** Chooses a way to pay and presses the button. */
export async function payBy(page, name) {
  // Its label lies over the radio button, as far as it can be clicked.
  await page.getByRole('radio', { name }).check({ force: true });
  await placeOrder(page);
}

/** Pays by card on the provider's page. */
export async function enterCard(page, shop, number) {
  await page.waitForURL(`${shop.psp}/c/pay/**`);
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry date (MM / YY)').fill('12 / 34');
  await page.getByLabel('Security code (CVC)').fill('123');
  await page.getByLabel('Name on card').fill('Ada Lovelace');
  await page.getByRole('button', { name: /^Pay / }).click();
}

/** Waits for the receipt; the order that it is of. */
export async function receipt(page) {
  await page.waitForURL(/\/orders\/ord_\w+\?thanks=1$/);
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Thank you, Ada');
  return new URL(page.url()).pathname.split('/').pop();
}

/** What the providers know of an order's payments. */
export async function paymentsOf(shop, order) {
  const { payments } = await (await fetch(`${shop.psp}/sandbox/ledger`)).json();
  return payments.filter((payment) => payment.order === order);
}
