// A vendor is asked for documents, rejected, admitted, lists and promotes; a customer buys, reviews and chats; an admin blocks.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { PASSWORD, eventually, fillCheckout, linkOf, logInCustomer, logInToCore, mailTo, openPeople, placeOrder, press,
  registerCustomer, startBrowser, startShop } from './lib.mjs';
import { PDF, admit, handIn } from './vendor.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
const VENDOR = 'vera@lanterns.example';
const CUSTOMER = 'ada.people@example.org';

let shop;
let browser;
let of;
let look;
let noFaults;
/** Path of the vendor's product in the shops, once it is listed. */
let product;
let order;

before(async () => {
  shop = await startShop();
  browser = await startBrowser();
  ({ of, look, noFaults } = await openPeople(browser, shop, folder, ['vendor', 'owner', 'customer', 'visitor']));
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

test('a vendor registers and is asked for documents', async () => {
  const page = of('vendor');
  await page.goto(`${shop.core}/vendor/register`);
  await look('vendor', 'vendor-register');
  await page.getByLabel('Trading name').fill('Vera <b>Lanterns</b>');
  await page.getByLabel('Country').fill('DE');
  await page.getByLabel('Your full name').fill('Vera Lang');
  await page.getByLabel('E-mail').fill(VENDOR);
  await page.getByLabel('Password').fill('password1');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByText('stolen').waitFor();
  await look('vendor', 'vendor-register-refused');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('heading', { level: 1, name: 'Look into your mailbox' }).waitFor();
  await look('vendor', 'vendor-registered');
  await page.goto(shop.core + (await linkOf(shop, VENDOR, 'Confirm')));
  await look('vendor', 'core-verify');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { level: 1, name: 'Log in now' }).waitFor();
  await look('vendor', 'core-verified');
  await logInToCore(page, shop, { email: VENDOR, password: PASSWORD });
  await page.getByRole('heading', { name: 'What we ask for' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Submit for review' }).count(), 0, 'nothing is complete yet');
  await look('vendor', 'vendor-checklist');

  // Nobody sells before they are admitted.
  await page.goto(`${shop.core}/vendor/products/new`);
  await page.getByLabel('Name', { exact: true }).fill('Too early');
  await page.getByLabel('SKU of variant 1').fill('EARLY-1');
  await page.getByLabel('Price of variant 1').fill('1.00');
  await page.getByRole('button', { name: 'Save as a draft' }).click();
  await page.getByText('You cannot sell yet').waitFor();
  await look('vendor', 'vendor-product-refused');
});

test('the vendor is rejected with a reason, hands in again and is admitted', async () => {
  const vendor = of('vendor');
  const owner = of('owner');
  await handIn(vendor, shop, () => look('vendor', 'vendor-business'));
  await look('vendor', 'vendor-complete');
  await press(vendor, vendor.getByRole('button', { name: 'Submit for review' }));
  await logInToCore(owner, shop, shop.owner);
  await owner.goto(`${shop.core}/admin/vendors?state=submitted`);
  await look('owner', 'admin-vendors-queue');
  await owner.getByRole('link', { name: 'Vera <b>Lanterns</b>' }).click();
  await look('owner', 'admin-vendor');
  const paper = owner.locator('tr').filter({ hasText: 'Extract of the' });
  await paper.getByLabel('Reason').fill('Older than three months');
  await press(owner, paper.getByRole('button', { name: 'Refuse' }));
  await owner.getByText('Older than three months').waitFor();
  await owner.getByLabel('Reason for the vendor').fill('Please hand in a newer register extract');
  await press(owner, owner.getByRole('button', { name: 'Reject' }));

  assert.match((await mailTo(shop, VENDOR, 'papers need another look')).TextBody, /newer register extract/);
  await vendor.goto(`${shop.core}/vendor`);
  await vendor.getByText('Please hand in a newer register extract').waitFor();
  await look('vendor', 'vendor-rejected');
  const row = vendor.locator('tr').filter({ hasText: 'Extract of the' });
  await row.locator('input[type=file]').setInputFiles(PDF);
  await press(vendor, row.getByRole('button', { name: 'Upload' }));
  await press(vendor, vendor.getByRole('button', { name: 'Submit for review' }));

  await owner.reload();
  await admit(owner);
  await vendor.goto(`${shop.core}/vendor`);
  await vendor.getByRole('link', { name: 'Your products' }).waitFor();
  await look('vendor', 'vendor-home');
});

test('the vendor lists a product with pictures', async () => {
  const page = of('vendor');
  await page.goto(`${shop.core}/vendor/products`);
  await look('vendor', 'vendor-products-empty');
  await page.getByRole('link', { name: 'New product' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Storm lantern <script>alert(1)</script>');
  await page.getByLabel('Description').fill('<p>Burns in <b>any</b> wind.</p><script>alert(1)</script>');
  await page.getByLabel('SKU of variant 1').fill('STORM-1');
  await page.getByLabel('Price of variant 1').fill('49.90');
  await page.getByLabel('Weight in grams of variant 1').fill('900');
  await page.getByLabel('Pieces for sale of variant 1').fill('30');
  await look('vendor', 'vendor-product-new');
  await press(page, page.getByRole('button', { name: 'Save as a draft' }));
  const picture = { name: 'lamp.png', mimeType: 'image/png', buffer: await readFile(new URL('fixtures/boutique/img/harbour-lamp.png', import.meta.url)) };
  await page.locator('#file').setInputFiles({ ...picture, buffer: Buffer.from('<svg onload="alert(1)">') });
  await press(page, page.getByRole('button', { name: 'Upload' }));
  await page.getByRole('alert').first().waitFor();
  await page.locator('#file').setInputFiles(picture);
  await page.locator('#alt').fill('A lantern on a pier');
  await press(page, page.getByRole('button', { name: 'Upload' }));
  await press(page, page.getByRole('button', { name: 'List it' }));
  await look('vendor', 'vendor-product');
  await page.goto(`${shop.core}/vendor/products`);
  await look('vendor', 'vendor-products');
  for (const [name, path] of [['vendor-settings', '/vendor/settings'], ['vendor-import', '/vendor/products/import']]) {
    await page.goto(shop.core + path);
    await look('vendor', name);
  }
  await of('owner').goto(`${shop.core}/admin/products?q=Storm`);
  await of('owner').getByRole('link', { name: /Storm lantern/ }).click();
  await look('owner', 'admin-product');
  await of('owner').goto(`${shop.core}/admin/categories/kitchen`);
  await look('owner', 'admin-category');
  for (const [name, path] of [['core-password', '/password'], ['core-password-new', '/password/new?token=x']]) {
    await of('visitor').goto(shop.core + path);
    await look('visitor', name);
  }

  const visitor = of('visitor');
  for (const pop of shop.pops) {
    const link = visitor.getByRole('link', { name: /Storm lantern/ }).first();
    await eventually(`no lantern at ${pop}`, async () => {
      await visitor.goto(`${pop}/search?q=storm+lantern`);
      return (await link.count()) === 1;
    });
    product = await link.getAttribute('href');
    await eventually('no picture', async () => {
      await visitor.goto(pop + product);
      return visitor.getByAltText('A lantern on a pier').first().evaluate((img) => img.complete && img.naturalWidth > 0);
    });
    assert.ok(await visitor.getByText('Storm lantern <script>alert(1)</script>').first().isVisible(), 'a name is text');
  }
  noFaults('vendor', 'visitor');
});

/** Whether the product's page says that it is promoted, at each POP. */
async function promotedAt(page) {
  const marks = [];
  for (const pop of shop.pops) {
    await page.goto(pop + product);
    marks.push((await page.locator('main').getByText('Promoted', { exact: true }).count()) > 0);
  }
  return marks;
}

test('a promotion is shown at every POP and ends', async () => {
  const vendor = of('vendor');
  const visitor = of('visitor');
  await vendor.goto(`${shop.core}/vendor/promotions`);
  await look('vendor', 'vendor-promotions-empty');
  await vendor.getByLabel('First day').fill(new Date().toISOString().slice(0, 10));
  await vendor.getByLabel('Days').fill('2');
  await press(vendor, vendor.getByRole('button', { name: 'Book it and owe the fee' }));
  await look('vendor', 'vendor-promotions');
  await eventually('not promoted everywhere', async () => (await promotedAt(visitor)).every(Boolean));
  await look('visitor', 'product-promoted');
  await visitor.goto(shop.pops[0]);
  await visitor.getByText('Promoted', { exact: true }).first().waitFor();
  await look('visitor', 'home-promoted');
  await of('owner').goto(`${shop.core}/admin/promotions`);
  await look('owner', 'admin-promotions-running');
  await press(vendor, vendor.getByRole('button', { name: 'End it now' }));
  await eventually('still promoted somewhere', async () => !(await promotedAt(visitor)).some(Boolean));
  noFaults('vendor', 'visitor');
});

test('a vendor makes a discount, and ends it', async () => {
  const vendor = of('vendor');
  const day = new Date().toISOString().slice(0, 10);
  await vendor.goto(`${shop.core}/vendor/discounts`);
  await look('vendor', 'vendor-discounts-empty');
  await vendor.getByLabel('Name', { exact: true }).fill('Welcome');
  await vendor.getByLabel('Code', { exact: true }).fill('a b');
  await vendor.getByLabel('How much').fill('10');
  await vendor.getByLabel('First day').fill(day);
  await vendor.getByLabel('Last day').fill(day);
  await press(vendor, vendor.getByRole('button', { name: 'Make it' }));
  await vendor.getByText('3 to 24 letters, digits and dashes').waitFor();
  await look('vendor', 'vendor-discounts-refused');
  await vendor.getByLabel('Code', { exact: true }).fill('welcome');
  await press(vendor, vendor.getByRole('button', { name: 'Make it' }));
  await vendor.getByText('Made. Every shop takes it off from its first day on.').waitFor();
  await look('vendor', 'vendor-discounts');
  await of('owner').goto(`${shop.core}/admin/discounts`);
  await look('owner', 'admin-discounts');
  await press(vendor, vendor.getByRole('button', { name: 'End it now' }));
  noFaults('vendor', 'owner');
});

test('the code of a gift card is shown once', async () => {
  const owner = of('owner');
  await owner.goto(`${shop.core}/admin/gift-cards`);
  await look('owner', 'admin-gift-cards-empty');
  await owner.getByLabel('Amount').fill('50');
  await owner.getByLabel('Last day').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await owner.getByLabel('It is').selectOption('given');
  await press(owner, owner.getByRole('button', { name: 'Issue it and show the code once' }));
  await owner.getByText(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/).waitFor();
  await look('owner', 'admin-gift-card-issued');
  await owner.getByRole('link', { name: 'To the card' }).click();
  await owner.getByRole('button', { name: 'Block it' }).waitFor();
  await look('owner', 'admin-gift-card');
  noFaults('owner');
});

test('a customer buys, and reviews what arrived', async () => {
  const customer = of('customer');
  const vendor = of('vendor');
  const owner = of('owner');
  const [pop] = shop.pops;
  await registerCustomer(customer, shop, pop, CUSTOMER);
  await fillCheckout(customer, pop, product, CUSTOMER);
  await placeOrder(customer);
  await customer.waitForURL(/\/orders\/ord_/);
  order = /ord_[a-z0-9-]+/.exec(customer.url())[0];
  await customer.goto(`${pop}/account/orders`);
  await look('customer', 'orders');
  await eventually('the tier is not told', async () => {
    await customer.goto(`${pop}/account`);
    return (await customer.getByText(/until Bronze/).count()) > 0;
  });
  await look('customer', 'account-tier');
  await customer.goto(`${pop}/account/orders`);

  // Before it has arrived nobody reviews it.
  const { items } = await (await fetch(`${pop}/v1/products?q=storm`)).json();
  const review = `${pop}/account/reviews/${items[0].id}`;
  await customer.goto(review);
  await customer.getByText(/Only who bought|once it has arrived/).waitFor();
  await eventually('the order did not reach its vendor', async () => {
    await vendor.goto(`${shop.core}/vendor/orders`);
    return (await vendor.getByRole('link', { name: order }).count()) === 1;
  });
  await look('vendor', 'vendor-orders');
  await vendor.getByRole('link', { name: order }).click();
  await look('vendor', 'vendor-order');
  const send = vendor.getByRole('button', { name: 'Mark all shipped' });
  await eventually('the order was not cleared', async () => {
    await vendor.reload();
    return (await send.count()) === 1;
  });
  await look('vendor', 'vendor-order-cleared');
  await press(vendor, send);
  await press(vendor, vendor.getByRole('button', { name: 'Mark delivered' }));
  await eventually('the customer did not hear of it', async () => {
    await customer.goto(`${pop}/account/orders`);
    return (await customer.getByText('Delivered', { exact: true }).count()) > 0;
  });
  await look('customer', 'orders-delivered');
  await customer.getByRole('link', { name: /Review/ }).first().click();
  await look('customer', 'review-form');
  await customer.getByLabel(/4 of 5 stars/).check();
  await customer.getByLabel('In a few words').fill('Bright <i>light</i>');
  await customer.getByLabel('What would you tell others?').fill('Ask me at ada@lovelace.example, it is great');
  await customer.getByRole('button', { name: 'Send my review' }).click();
  await customer.getByText(/waits/).first().waitFor();
  await look('customer', 'review-waiting');

  await eventually('no review waits', async () => {
    await owner.goto(`${shop.core}/admin/reviews`);
    return (await owner.getByRole('link', { name: 'Bright <i>light</i>' }).count()) === 1;
  });
  await look('owner', 'admin-reviews-queue');
  await owner.getByRole('link', { name: 'Bright <i>light</i>' }).click();
  await look('owner', 'admin-review');
  await press(owner, owner.getByRole('button', { name: 'Publish' }));
  await eventually('the vendor does not see the review', async () => {
    await vendor.goto(`${shop.core}/vendor/reviews`);
    return (await vendor.getByRole('link', { name: 'Bright <i>light</i>' }).count()) === 1;
  });
  await look('vendor', 'vendor-reviews');
  await vendor.getByRole('link', { name: 'Bright <i>light</i>' }).click();
  await vendor.getByLabel('Answer').fill('Thank you!');
  await look('vendor', 'vendor-review');
  await press(vendor, vendor.getByRole('button', { name: 'Save' }));
  const visitor = of('visitor');
  for (const each of shop.pops) {
    await eventually(`no review at ${each}`, async () => {
      await visitor.goto(each + product);
      return (await visitor.getByText('Thank you!').count()) === 1;
    });
    await visitor.getByText('Bright <i>light</i>').waitFor();
    await visitor.getByText('Ask me at [e-mail removed], it is great').waitFor();
  }
  await look('visitor', 'product-reviewed');
  noFaults('customer', 'vendor', 'visitor', 'owner');
});

test('customer and vendor talk about the order', async () => {
  const customer = of('customer');
  const vendor = of('vendor');
  const [pop] = shop.pops;
  await customer.goto(`${pop}/account/chats`);
  await customer.locator('.talk a').first().click();
  await customer.getByLabel('Your message').fill('How do I trim the wick? Call +49 30 1234567.');
  await customer.getByRole('button', { name: 'Send' }).click();
  await customer.getByText('How do I trim the wick?').waitFor();
  await eventually('the vendor got no message', async () => {
    await vendor.goto(`${shop.core}/vendor/chats`);
    return (await vendor.locator('.badge').filter({ hasText: 'unread' }).count()) === 1;
  });
  await look('vendor', 'vendor-chats');
  await vendor.getByRole('link', { name: order }).click();
  await vendor.getByText('How do I trim the wick?').waitFor();
  assert.equal(await vendor.getByText('1234567').count(), 0, 'a telephone number leaves the region');
  await vendor.getByLabel('Message', { exact: true }).fill('Straight across, <b>cold</b>.');
  await press(vendor, vendor.getByRole('button', { name: 'Send' }));
  await vendor.getByText('Straight across, <b>cold</b>.').waitFor();
  await look('vendor', 'vendor-chat');
  // Live: the customer's page was not loaded again.
  await customer.getByText('Straight across, <b>cold</b>.').waitFor();
  await look('customer', 'chat-answered');

  // Neither is the vendor's, whatever is being written in it.
  await vendor.evaluate(() => { globalThis.notLoadedAgain = true; });
  await vendor.getByLabel('Message', { exact: true }).fill('Wait, here is a pic');
  await customer.getByLabel('Your message').fill('With <i>scissors</i>?');
  await customer.getByRole('button', { name: 'Send' }).click();
  await vendor.getByText('With <i>scissors</i>?').waitFor();
  await vendor.getByText('The customer has read up to').waitFor();
  assert.equal(await vendor.evaluate(() => globalThis.notLoadedAgain), true, 'the page was loaded again');
  assert.equal(await vendor.getByLabel('Message', { exact: true }).inputValue(), 'Wait, here is a pic');

  // A picture that is none keeps the text; one that is reaches the customer.
  const pictures = vendor.getByLabel('Up to 4 pictures');
  await pictures.setInputFiles({ name: 'wick.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)">') });
  await press(vendor, vendor.getByRole('button', { name: 'Send' }));
  await vendor.getByText('Picture 1: not a JPEG').waitFor();
  assert.equal(await vendor.getByLabel('Message', { exact: true }).inputValue(), 'Wait, here is a pic');
  await look('vendor', 'vendor-chat-refused');
  const buffer = await readFile(new URL('fixtures/boutique/img/harbour-lamp.png', import.meta.url));
  await pictures.setInputFiles({ name: 'wick.png', mimeType: 'image/png', buffer });
  await vendor.getByLabel('What the pictures show').fill('A wick, trimmed');
  await press(vendor, vendor.getByRole('button', { name: 'Send' }));
  await vendor.getByAltText('A wick, trimmed').evaluate((image) => image.decode());
  await look('vendor', 'vendor-chat-picture');
  const picture = customer.getByAltText('A wick, trimmed');
  await picture.waitFor();
  const address = await picture.getAttribute('src');
  await eventually('the picture did not reach the POP', async () => {
    const answer = await fetch(pop + address);
    return answer.headers.get('content-type') !== 'image/svg+xml';
  });
  await customer.reload();
  await picture.evaluate((image) => image.decode());
  await look('customer', 'chat-picture');
  noFaults('customer', 'vendor');
});

test('a vendor reports a chat, and a moderator looks at it', async () => {
  const vendor = of('vendor');
  const owner = of('owner');
  await vendor.goto(`${shop.core}/vendor/chats/${order}`);
  await vendor.getByLabel('Report this chat').fill('Asks for my <b>number</b>');
  await press(vendor, vendor.getByRole('button', { name: 'Report', exact: true }));
  await vendor.getByText('a moderator looks at this chat').waitFor();
  await look('vendor', 'vendor-chat-reported');
  await press(vendor, vendor.getByRole('button', { name: 'Close this chat' }));
  await vendor.getByText('This chat is closed by the vendor').waitFor();
  await look('vendor', 'vendor-chat-closed');

  await owner.goto(`${shop.core}/admin/chats`);
  await look('owner', 'admin-chats-reported');
  await press(owner, owner.getByRole('link', { name: order }));
  await owner.getByText('Asks for my <b>number</b>').waitFor();
  await owner.getByText('How do I trim the wick?').waitFor();
  await look('owner', 'admin-chat');
  await press(owner, owner.getByRole('button', { name: 'Done with this report' }));
  await owner.getByText('Nothing to look at').waitFor();
  noFaults('vendor', 'owner');
});

test('a blocked customer is refused at both POPs of the region, and may buy again', async () => {
  const customer = of('customer');
  const owner = of('owner');
  const region = [shop.pops[0], shop.pops[2]];
  await owner.goto(`${shop.core}/admin/orders?q=${order}`);
  await owner.getByRole('link', { name: order }).click();
  await look('owner', 'admin-order');
  await owner.goto(`${shop.core}/admin/customers`);
  await look('owner', 'admin-customers-list');
  await owner.goto(`${shop.core}/admin/tiers`);
  await look('owner', 'admin-tiers');
  await owner.goto(`${shop.core}/admin/payouts/files`);
  await look('owner', 'admin-payout-files');
  await owner.goto(`${shop.core}/admin/customers`);
  await owner.getByRole('link', { name: /^[0-9a-f]{32}$/ }).first().click();
  await owner.getByLabel('Reason').fill('Stolen cards');
  await look('owner', 'admin-customer');
  await press(owner, owner.getByRole('button', { name: 'Block' }));
  for (const pop of region) {
    await logInCustomer(customer, pop, CUSTOMER);
    // Within the feed's delay an order may still be taken.
    await eventually(`${pop} still sells`, async () => {
      await fillCheckout(customer, pop, product, CUSTOMER);
      await placeOrder(customer);
      await customer.getByText(/orders are blocked|Thank you/).first().waitFor();
      return (await customer.getByText(/orders are blocked/).count()) > 0;
    });
  }
  await look('customer', 'checkout-customer-blocked');
  await owner.getByLabel('Reason').fill('It was somebody else');
  await press(owner, owner.getByRole('button', { name: 'Unblock' }));
  await eventually('still blocked', async () => {
    await placeOrder(customer);
    await customer.waitForLoadState();
    return /\/orders\/ord_/.test(customer.url());
  });
  await owner.goto(`${shop.core}/admin/audit`);
  await owner.getByText('is whole').waitFor();
  await look('owner', 'admin-audit-log');
  noFaults('customer', 'owner');
});
