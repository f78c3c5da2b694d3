// A customer writes to the seller of an order, with a picture, and is told what was taken out; with and without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addToCart, auditFaults, openPage, startBrowser, startShop } from './lib.mjs';

const folder = process.env.KIOSK_SCREENSHOTS ?? '.';
const PASSWORD = 'an umbrella in the rain';
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

/** Calls `look` until it returns something. */
async function eventually(what, look) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function audit(page, name, width, audited) {
  // The audit is a script, too.
  if (audited) assert.deepEqual(await auditFaults(page), [], name);
  await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
}

async function register(page, pop, email) {
  await page.goto(`${pop}/account/register`);
  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Register' }).click();
  const link = await eventually('no mail', async () => {
    const mails = await (await fetch(`${shop.mailbox}/messages`)).json();
    const mail = mails.find(({ To, Subject }) => To === email && Subject.includes('Confirm'));
    return mail && new URL(/http\S+/.exec(mail.TextBody)[0]);
  });
  await page.goto(pop + link.pathname + link.search);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.goto(`${pop}/account/login`);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.waitForURL(`${pop}/account`);
}

async function buy(page, pop, email, javaScriptEnabled) {
  const button = page.getByRole('button', { name: 'Add to cart' });
  await eventually('nothing is sold', async () => {
    const answer = await page.goto(`${pop}/p/tidal-mug`);
    return answer.status() === 200 && (await button.count()) === 1 && (await button.isEnabled());
  });
  if (javaScriptEnabled) await addToCart(page);
  else await button.click();
  await page.goto(`${pop}/checkout`);
  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Street and number').fill('Invalidenstr. 116');
  await page.getByLabel('Postcode').fill('10115');
  await page.getByLabel('Town or city').fill('Berlin');
  await page.getByLabel('Country').selectOption('DE');
  await page.getByRole('button', { name: 'Order and pay on invoice' }).click();
  await page.waitForURL(/\/orders\/ord_/);
}

for (const [javaScriptEnabled, width] of [[true, 1280], [false, 390]]) {
  test(`a customer writes to a seller, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
    const email = `writer-${width}@example.org`;
    const { page, faults, close } = await openPage(browser, shop, { javaScriptEnabled, viewport: { width, height: 900 } });
    const [pop] = shop.pops;
    await register(page, pop, email);
    await page.getByRole('link', { name: 'Messages' }).click();
    await page.getByText('When you order with your account').waitFor();
    await audit(page, 'chats-empty', width, javaScriptEnabled);

    await buy(page, pop, email, javaScriptEnabled);
    const room = page.locator('.talk a');
    await eventually('no room came with the order', async () => {
      await page.goto(`${pop}/account/chats`);
      return (await room.count()) === 1;
    });
    await audit(page, 'chats', width, javaScriptEnabled);
    await room.click();
    await page.getByText('Nothing written yet').waitFor();
    await audit(page, 'chat-empty', width, javaScriptEnabled);

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
    await audit(page, 'chat', width, javaScriptEnabled);

    await page.getByText('Trouble with this seller?').click();
    await page.getByLabel('What is wrong?').fill('Nothing at all, this is a test');
    await page.getByRole('button', { name: 'Report to Kiosk' }).click();
    await page.getByText('A moderator will look at this conversation.').waitFor();
    assert.deepEqual(faults, []);
    await close();
  });
}

test('a product that was not bought cannot be reviewed', async () => {
  const { page, faults, close } = await openPage(browser, shop, { viewport: { width: 390, height: 900 } });
  const [pop] = shop.pops;
  await register(page, pop, 'reviewer@example.org');
  await page.goto(`${pop}/account/reviews/prd_never-bought`);
  await page.getByText('Only who bought it here').waitFor();
  await audit(page, 'review-refused', 390, true);
  assert.deepEqual(faults, []);
  await close();
});
