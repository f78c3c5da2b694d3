// Money from the click to the books: a card is charged when the parcel leaves, one of three pieces comes back, the vendor sees
// the statement and is paid, and accountants see the same. The customer hears of each step by mail.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { byName, eventually, fillCheckout, logInToCore, mailTo, openPeople, press, startBrowser, startShop } from './lib.mjs';
import { GOOD_CARD, enterCard, payBy, paymentsOf, receipt } from './paying.mjs';
import { admitVendor, listProduct } from './vendor.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
const VENDOR = { name: 'Wick and Wax', email: 'wanda@wax.example' };
const CUSTOMER = 'ada.money@example.org';
const PIECES = 3;
/** One candle stand, in cents. */
const PRICE = 3_450;

let shop;
let browser;
let pop;
let of;
let look;
let noFaults;
let order;

before(async () => {
  shop = await startShop();
  browser = await startBrowser();
  pop = byName(shop.pops[0]);
  ({ of, look, noFaults } = await openPeople(browser, shop, folder, ['vendor', 'owner', 'customer']));
  await logInToCore(of('owner'), shop, shop.owner);
  await admitVendor(of('vendor'), of('owner'), shop, VENDOR);
  await listProduct(of('vendor'), shop, { name: 'Candle stand', sku: 'STAND-1', price: '34.50', weightG: 700, pieces: 20 });
  // The schedule pays whom something is owed for a week that is over, at any moment: not before the last test.
  await payoutTerms((owner) => owner.getByLabel('Minimum').fill('100000.00'));
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

/** Changes the terms by which the vendor is paid. */
async function payoutTerms(change) {
  const owner = of('owner');
  await owner.goto(`${shop.core}/admin/vendors?q=Wick`);
  const id = (await owner.getByRole('link', { name: VENDOR.name }).getAttribute('href')).split('/').pop();
  await owner.goto(`${shop.core}/admin/payouts/terms/${id}`);
  await change(owner);
  await press(owner, owner.getByRole('button', { name: 'Save' }));
}

/** Loads a page of the core until `found` says that it is as it should be. */
function seen(name, path, what, found) {
  return eventually(what, async () => {
    await of(name).goto(shop.core + path);
    return found(of(name));
  });
}

/** Waits until the providers have taken and given back so much of the order, in cents. */
function moved(captured, refunded) {
  return eventually(`not ${captured} taken and ${refunded} given back`, async () => {
    const [payment, ...others] = await paymentsOf(shop, order);
    assert.equal(others.length, 0, 'one payment for one order');
    return payment.captured === captured && payment.refunded === refunded;
  });
}

test('a card is charged when the parcel leaves', async () => {
  const customer = of('customer');
  const vendor = of('vendor');
  const path = await eventually('no candle stand in the shop', async () => {
    await customer.goto(`${pop}/search?q=candle+stand`);
    const link = customer.getByRole('link', { name: 'Candle stand' }).first();
    return (await link.count()) === 1 && link.getAttribute('href');
  });
  await fillCheckout(customer, pop, path, CUSTOMER, { pieces: PIECES });
  await payBy(customer, 'Card');
  await enterCard(customer, shop, GOOD_CARD);
  order = await receipt(customer);
  const [{ capturable }] = await paymentsOf(shop, order);
  assert.ok(capturable >= PIECES * PRICE, 'all of it is reserved, and nothing taken');
  await moved(0, 0);
  await mailTo(shop, CUSTOMER, 'Your order is confirmed');

  const send = vendor.getByRole('button', { name: 'Mark all shipped' });
  await eventually('the order did not come to be sent', async () => {
    await vendor.goto(`${shop.core}/vendor/orders/${order}`);
    return (await send.count()) === 1;
  });
  await press(vendor, send);
  await moved(capturable, 0);
  await press(vendor, vendor.getByRole('button', { name: 'Mark delivered' }));
  assert.match((await mailTo(shop, CUSTOMER, 'on its way')).TextBody, /3 × Candle stand/);
  await mailTo(shop, CUSTOMER, 'A parcel has arrived');
  await seen('owner', `/admin/payments/${order}`, 'the core does not say that it is paid', (page) => page.getByText('paid', { exact: true }).count());
  await look('owner', 'admin-payment-captured');
  noFaults('customer', 'vendor', 'owner');
});

test('one of three comes back, and its money goes back', async () => {
  const customer = of('customer');
  const vendor = of('vendor');
  const [{ captured }] = await paymentsOf(shop, order);
  const ask = customer.getByRole('link', { name: 'Return items' });
  await eventually('nothing can be sent back', async () => {
    await customer.goto(`${pop}/orders/${order}`);
    return (await ask.count()) === 1;
  });
  await look('customer', 'order-delivered');
  await ask.click();
  await customer.getByLabel('Candle stand').fill('1');
  await customer.getByLabel('I do not want it any more').check();
  await customer.getByLabel('My money back').check();
  await customer.getByLabel('Anything the vendor should know').fill('Too tall. Call me: +49 30 1234567');
  await look('customer', 'order-return');
  await press(customer, customer.getByRole('button', { name: 'Ask for the return' }));
  await look('customer', 'order-return-asked');
  const label = /RET-\w+/.exec((await mailTo(shop, CUSTOMER, 'Your return is expected')).TextBody)[0];
  await vendor.goto(`${shop.core}/vendor/returns`);
  await press(vendor, vendor.getByRole('link', { name: label }));
  assert.equal(await vendor.getByText('1234567').count(), 0, 'a telephone number leaves the region');
  await look('vendor', 'vendor-return-open');
  await press(vendor, vendor.getByRole('button', { name: 'It arrived' }));
  await look('vendor', 'vendor-return-inspect');
  await press(vendor, vendor.getByRole('button', { name: 'Close the return' }));
  await look('vendor', 'vendor-return-closed');
  await vendor.goto(`${shop.core}/vendor/returns`);
  await look('vendor', 'vendor-returns');
  await moved(captured, PRICE);
  await seen('owner', `/admin/payments/${order}`, 'the core does not say that it is partly refunded', (page) => page.getByText('partly refunded').count());
  await look('owner', 'admin-payment-refunded');
  await mailTo(shop, CUSTOMER, 'Your return was inspected');
  assert.match((await mailTo(shop, CUSTOMER, 'on its way back')).TextBody, /€34\.50/);
  await customer.goto(`${pop}/orders/${order}`);
  await customer.getByText('Inspected').first().waitFor();
  await look('customer', 'order-returned');
  noFaults('customer', 'vendor', 'owner');
});

test('the vendor sees the statement and is paid, and the books agree', async () => {
  const vendor = of('vendor');
  const owner = of('owner');
  await seen('vendor', '/vendor/statements', 'the vendor is owed nothing', (page) => page.getByText('nothing', { exact: true }).count().then((count) => count === 3));
  await look('vendor', 'vendor-statements-owed');
  await vendor.goto(`${shop.core}/vendor/invoices`);
  await look('vendor', 'vendor-invoices');
  assert.equal(await vendor.locator('tbody tr').count(), 2, 'an invoice for what left, a credit note for what came back');

  await payoutTerms(async () => {
    await owner.getByLabel('Minimum').fill('1.00');
    await owner.getByLabel('Paid through').selectOption('stripe');
    await owner.getByLabel('Account there').fill('acct_wick');
  });
  await look('owner', 'admin-payout-terms');
  await owner.goto(`${shop.core}/admin/payouts`);
  await press(owner, owner.getByRole('button', { name: 'Settle with all vendors now' }));
  await look('owner', 'admin-payouts');
  await press(owner, owner.locator('tbody a').first());
  await look('owner', 'admin-payout');
  const payout = new URL(owner.url()).pathname;
  await press(owner, owner.getByRole('button', { name: 'Approve' }));
  await seen('owner', payout, 'the payout was not sent', (page) => page.getByText('sent', { exact: true }).count());
  await look('owner', 'admin-payout-sent');

  await vendor.goto(`${shop.core}/vendor/statements`);
  await look('vendor', 'vendor-statements');
  await press(vendor, vendor.locator('tbody a').first());
  await vendor.getByText('sent', { exact: true }).waitFor();
  await look('vendor', 'vendor-statement');
  await owner.goto(`${shop.core}/admin/ledger`);
  await look('owner', 'admin-ledger-settled');
  const { totals } = await (await fetch(`${shop.psp}/sandbox/ledger`)).json();
  assert.ok(totals.stripe.EUR.transferred > 0 && totals.stripe.EUR.net >= 0, 'no more is paid out than came in');
  noFaults('vendor', 'owner');
});
