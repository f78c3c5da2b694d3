// A customer writes to the seller of an order, with a picture, and is told what was taken out; with and without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, fillCheckout, lookAt, openPage, placeOrder, registerCustomer, startBrowser, startShop } from './lib.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
/** A PNG of one pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

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

for (const [javaScriptEnabled, width] of [[true, 1280], [false, 390]]) {
  test(`a customer writes to a seller, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
    // The letters differ: addresses that differ in digits alone look like false accounts.
    const email = `${javaScriptEnabled ? 'writer' : 'scribe'}@example.org`;
    const { page, faults, close } = await openPage(browser, shop, { javaScriptEnabled, viewport: { width, height: 900 } });
    const [pop] = shop.pops;
    await registerCustomer(page, shop, pop, email);
    await page.getByRole('link', { name: 'Messages' }).click();
    await page.getByText('When you order with your account').waitFor();
    await lookAt(page, folder, 'chats-empty', { javaScriptEnabled });

    await fillCheckout(page, pop, '/p/tidal-mug', email, { javaScriptEnabled });
    await placeOrder(page);
    await page.waitForURL(/\/orders\/ord_/);
    const room = page.locator('.talk a');
    await eventually('no room came with the order', async () => {
      await page.goto(`${pop}/account/chats`);
      return (await room.count()) === 1;
    });
    await lookAt(page, folder, 'chats', { javaScriptEnabled });
    await room.click();
    await page.getByText('Nothing written yet').waitFor();
    await lookAt(page, folder, 'chat-empty', { javaScriptEnabled });

    await page.getByLabel('Your message').fill(`Is it <b>safe</b>? Write to ${email}`);
    await page.getByLabel('Pictures').setInputFiles({ name: 'mug.png', mimeType: 'image/png', buffer: PICTURE });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('For your safety we took an e-mail address out').waitFor();
    assert.equal(await page.locator('.say-text').textContent(), 'Is it <b>safe</b>? Write to [e-mail removed]');
    assert.equal(await page.locator('.say-picture img').count(), 1);
    await eventually('the message was not delivered', async () => {
      if (!javaScriptEnabled) await page.reload();
      return (await page.locator('.say-mark').textContent()) === 'Delivered';
    });
    await lookAt(page, folder, 'chat', { javaScriptEnabled });

    await page.getByText('Trouble with this seller?').click();
    await page.getByLabel('What is wrong?').fill('Nothing at all, this is a test');
    await page.getByRole('button', { name: 'Report to Kiosk' }).click();
    await page.getByText('A moderator will look at this conversation.').waitFor();
    await lookAt(page, folder, 'chat-reported', { javaScriptEnabled });
    await page.getByText('Trouble with this seller?').click();
    await page.getByRole('button', { name: 'Close this conversation' }).click();
    await page.getByText('You closed this conversation.').waitFor();
    await lookAt(page, folder, 'chat-closed', { javaScriptEnabled });
    assert.deepEqual(faults, []);
    await close();
  });
}

test('a product that was not bought cannot be reviewed', async () => {
  const { page, faults, close } = await openPage(browser, shop, { viewport: { width: 390, height: 900 } });
  const [pop] = shop.pops;
  await registerCustomer(page, shop, pop, 'reviewer@example.org');
  await page.goto(`${pop}/account/reviews/prd_never-bought`);
  await page.getByText('Only who bought it here').waitFor();
  await lookAt(page, folder, 'review-refused');
  assert.deepEqual(faults, []);
  await close();
});
