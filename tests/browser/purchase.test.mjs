// Buys imported products as a person would, with and without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addToCart, eventually, fillCheckout, fillDelivery, islandsReady, lookAt, openPage, openWhenSold, placeOrder, press,
  startBrowser, startShop } from './lib.mjs';

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

/** Waits until the product's picture is shown: the POP fetches it a moment after the product. */
function showsPicture(page, width) {
  const picture = page.locator('.gallery img').first();
  return eventually('the picture did not come', async () => {
    // `decode` settles when the picture is there, or is none.
    if ((await picture.evaluate((img) => img.decode().then(() => img.naturalWidth, () => 0))) === width) return true;
    await page.reload();
    return false;
  });
}

function orderInCore(id) {
  return eventually(`order ${id} did not reach the core`, async () => {
    const answer = await fetch(`${shop.core}/v1/orders/${id}`, { headers: { authorization: `Bearer ${shop.operator_key}` } });
    return answer.status === 200 && answer.json();
  });
}

async function buy(javaScriptEnabled, handle, title) {
  const { page, faults, close } = await openPage(browser, shop, { javaScriptEnabled });
  const [pop] = shop.pops;
  await openWhenSold(page, `${pop}/p/${handle}`);
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), title);

  if (!javaScriptEnabled) {
    await page.getByRole('button', { name: 'Add to cart' }).click();
  } else {
    await addToCart(page);
    await page.getByRole('link', { name: 'Cart, 1 piece' }).waitFor();
    await page.getByRole('link', { name: 'View cart' }).click();
  }
  await page.waitForURL(`${pop}/cart`);
  await page.getByRole('heading', { name: title }).waitFor();
  await page.getByRole('link', { name: 'To the checkout' }).click();

  // Something is missing at first: the page says what, and keeps what was written.
  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.locator('form').evaluateAll((forms) => forms.forEach((form) => { form.noValidate = true; })).catch(() => {});
  await fillDelivery(page, 'ada@nowhere');
  await placeOrder(page);
  await page.getByRole('alert').getByText('e-mail').first().waitFor();
  assert.equal(await page.getByLabel('Town or city').inputValue(), 'Berlin');

  await page.getByRole('textbox', { name: 'E-mail' }).fill('ada@example.org');
  await placeOrder(page);
  await page.waitForURL(/\/orders\/ord_/);
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Thank you, Ada');
  await page.getByText('Invalidenstr. 116').waitFor();
  const id = new URL(page.url()).pathname.split('/').pop();

  // Coming back later shows the status, and to nobody else.
  await page.goto(`${pop}/orders/${id}`);
  await page.getByRole('heading', { level: 1, name: 'Your order' }).waitFor();
  const stranger = await fetch(`${pop}/orders/${id}`);
  assert.equal(stranger.status, 404);
  const order = await orderInCore(id);
  assert.ok(!JSON.stringify(order).includes('Ada'), 'the core knows a name');
  assert.deepEqual(faults, []);
  await close();
}

test('an imported product is bought with script', () => buy(true, 'harbour-lamp', 'Harbour Lamp'));
test('an imported product is bought without script', () => buy(false, 'tidal-mug', 'Tidal Mug'));

test('an import is sanitised, and shows its own picture', async () => {
  const { page, faults, close } = await openPage(browser, shop);
  await openWhenSold(page, `${shop.pops[0]}/p/tidal-mug`);
  assert.equal(await page.locator('.prose script').count(), 0);
  await page.locator('.prose strong', { hasText: 'mug' }).waitFor();
  await openWhenSold(page, `${shop.pops[0]}/p/harbour-lamp`);
  await showsPicture(page, 480);
  assert.deepEqual(faults, []);
  await close();
});

async function buyInCalifornia(javaScriptEnabled) {
  const { page, faults, close } = await openPage(browser, shop, { javaScriptEnabled });
  const pop = shop.pops[1];
  const look = (picture) => lookAt(page, folder, picture, { javaScriptEnabled });
  await fillCheckout(page, pop, '/p/tidal-mug', 'ada@example.org', { javaScriptEnabled });
  await page.getByText('US sales tax comes on top').waitFor();
  await page.getByLabel('Country').selectOption('US');
  await page.getByLabel('Town or city').fill('San Francisco');

  // A ZIP code has five digits.
  await page.getByLabel('Postcode').fill('9411');
  await press(page, page.getByRole('button', { name: 'Order and pay' }));
  await page.getByRole('alert').getByText('check this once more').waitFor();
  await page.getByLabel('Postcode').fill('94110');
  await press(page, page.getByRole('button', { name: 'Order and pay' }));
  await page.getByRole('alert').getByText('Sales tax of CA comes on top.').waitFor();
  await look('checkout-sales-tax');
  const tax = page.locator('.is-first').getByText('Sales tax, CA 7.25 %');
  await tax.waitFor();
  await press(page, page.getByRole('button', { name: 'Order and pay' }));
  await page.getByRole('heading', { level: 1, name: 'Thank you, Ada' }).waitFor();
  await page.getByText('Sales tax, CA 7.25 %').waitFor();
  await look('order-sales-tax');
  assert.deepEqual(faults, []);
  await close();
}

test('sales tax is told and agreed to before the order, with script', () => buyInCalifornia(true));
test('sales tax is told and agreed to before the order, without script', () => buyInCalifornia(false));

test('a double click places one order', async () => {
  const { page, close } = await openPage(browser, shop);
  const [pop] = shop.pops;
  await openWhenSold(page, `${pop}/p/few-left`);
  await addToCart(page);
  await page.goto(`${pop}/checkout`);
  await fillDelivery(page, 'ada@example.org');
  await page.getByRole('button', { name: 'Order and pay' }).dblclick({ noWaitAfter: true });
  await page.waitForURL(/\/orders\/ord_/);
  const first = page.url();
  await page.goBack();
  await page.reload().catch(() => {});
  const stock = await fetch(`${shop.core}/v1/inventory/FEW-LEFT`, { headers: { authorization: `Bearer ${shop.operator_key}` } });
  assert.ok((await stock.json()).sold <= 1, 'one double click sold twice');
  assert.match(first, /ord_/);
  await close();
});

test('the quantity is stepped, the cart is changed and emptied', async () => {
  const { page, faults, close } = await openPage(browser, shop);
  const [pop] = shop.pops;
  await openWhenSold(page, `${pop}/p/harbour-lamp`);
  await addToCart(page);
  await page.goto(`${pop}/cart`);
  await islandsReady(page);
  await page.getByRole('button', { name: 'One more' }).click();
  await page.getByRole('link', { name: 'Cart, 2 pieces' }).waitFor();
  await page.getByRole('button', { name: 'One less' }).click();
  await page.getByRole('link', { name: 'Cart, 1 piece' }).waitFor();
  await page.getByRole('button', { name: /Remove/ }).click();
  await page.getByText('There is nothing in it yet.').waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('with the core off the shop sells on, and says when it is sold out here', async () => {
  await shop.tell('kill-core');
  try {
    const { page, close } = await openPage(browser, shop);
    const pop = shop.pops[1];
    await openWhenSold(page, `${pop}/p/few-left`);
    await addToCart(page);
    await page.goto(`${pop}/checkout`);
    await fillDelivery(page, 'ada@example.org');
    await placeOrder(page);
    await page.waitForURL(/\/orders\/ord_/);
    await page.getByRole('heading', { level: 1, name: 'Thank you, Ada' }).waitFor();
    await close();
  } finally {
    await shop.tell('start-core');
  }
});
