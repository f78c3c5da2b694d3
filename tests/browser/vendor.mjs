// What a vendor and an admin do until the vendor sells.
import { PASSWORD, linkOf, logInToCore, press } from './lib.mjs';

/** A document, as far as the core looks into it. */
export const PDF = { name: 'paper.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n') };

/** Fills what is asked for and hands the documents in; `look` sees the filled form. */
export async function handIn(page, shop, look = () => {}) {
  await page.goto(`${shop.core}/vendor/business`);
  const fields = { 'Legal name': 'Lanterns GmbH', 'Register number': 'HRB 4711', 'VAT number': 'DE136695976',
    'Street and number': 'Hafenstr. 1', Postcode: '20457', City: 'Hamburg', Phone: '+49 40 123456' };
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await look();
  await press(page, page.getByRole('button', { name: 'Save' }));
  const inputs = page.locator('input[type=file]');
  await inputs.first().waitFor();
  for (let index = 0; index < (await inputs.count()); index += 1) {
    await inputs.nth(index).setInputFiles(PDF);
    await press(page, page.getByRole('button', { name: 'Upload' }).nth(index));
  }
}

/** Accepts what is open of the vendor whose page it is, and admits them. */
export async function admit(owner) {
  const open = owner.locator('tr').filter({ hasText: 'open' });
  while ((await open.count()) > 0) await press(owner, open.first().getByRole('button', { name: 'Accept' }));
  await press(owner, owner.getByRole('button', { name: 'Approve' }));
}

/** Registers a vendor, who logs in, and has them admitted by `owner`, who is logged in. */
export async function admitVendor(vendor, owner, shop, { name, email }) {
  await vendor.goto(`${shop.core}/vendor/register`);
  const fields = { 'Trading name': name, Country: 'DE', 'Your full name': 'Vera Lang', 'E-mail': email, Password: PASSWORD };
  for (const [label, value] of Object.entries(fields)) await vendor.getByLabel(label).fill(value);
  await press(vendor, vendor.getByRole('button', { name: 'Register' }));
  await vendor.goto(shop.core + (await linkOf(shop, email, 'Confirm')));
  await press(vendor, vendor.getByRole('button', { name: 'Confirm' }));
  await logInToCore(vendor, shop, { email, password: PASSWORD });
  await handIn(vendor, shop);
  await press(vendor, vendor.getByRole('button', { name: 'Submit for review' }));
  await owner.goto(`${shop.core}/admin/vendors?state=submitted`);
  await press(owner, owner.getByRole('link', { name }));
  await admit(owner);
}

/** Lists a product without pictures. */
export async function listProduct(vendor, shop, { name, sku, price, weightG, pieces }) {
  await vendor.goto(`${shop.core}/vendor/products/new`);
  const fields = { 'SKU of variant 1': sku, 'Price of variant 1': price, 'Weight in grams of variant 1': String(weightG),
    'Pieces for sale of variant 1': String(pieces) };
  await vendor.getByLabel('Name', { exact: true }).fill(name);
  for (const [label, value] of Object.entries(fields)) await vendor.getByLabel(label).fill(value);
  await press(vendor, vendor.getByRole('button', { name: 'Save as a draft' }));
  await press(vendor, vendor.getByRole('button', { name: 'List it' }));
}
