// The POP's catalogue copy, read with the statements of crates/pop-store and kept as long as the storefront keeps it.
import Database from 'better-sqlite3';

// As NAV_AGE_MS_MAX and SHELF_AGE_MS_MAX of the storefront.
const KEPT_MS = 3_000;

// Opened by the first request: `next build` has no catalogue.
let opened;
function statement(sql) {
  let prepared;
  return () => {
    opened ??= new Database(process.env.KIOSK_POP_DB, { readonly: true, fileMustExist: true });
    return (prepared ??= opened.prepare(sql));
  };
}

const PRODUCT = statement(`SELECT p.doc, v.name, v.region, v.about,
    (SELECT json_group_object(l.item, json_object('here', l.granted - l.taken - l.returned, 'core', CASE
         WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'core_retry_ms' AND CAST(value AS INTEGER) > 0) THEN 0
         ELSE l.core_available END))
       FROM lease l WHERE l.item IN (SELECT stock_item FROM variant WHERE product_id = p.id)) AS stock
    FROM product p JOIN vendor v ON v.id = p.vendor_id WHERE p.handle = ?`);
const REVISION = statement("SELECT value FROM meta WHERE key = 'feed_cursor'");
const CATEGORIES = statement(
  'SELECT slug, name, parent, position FROM category ORDER BY parent IS NOT NULL, position, name',
);
const VENDORS = statement(`SELECT id, name, region, about FROM vendor
    WHERE EXISTS (SELECT 1 FROM product WHERE vendor_id = vendor.id) ORDER BY name COLLATE NOCASE LIMIT 200`);
const COVERS = statement(`SELECT c.slug, best.picture, COALESCE(best.featured, 0) AS featured,
      (SELECT COUNT(*) FROM product WHERE category = c.slug) AS products
    FROM category c LEFT JOIN product best ON best.rowid =
      (SELECT rowid FROM product WHERE category = c.slug AND picture IS NOT NULL
       ORDER BY featured DESC, created_ms DESC LIMIT 1)`);
const cards = (where) => statement(`SELECT p.id, p.handle, p.title, v.name AS vendor, p.price_min AS price,
      p.price_max, p.compare_at, p.currency, p.picture,
      EXISTS (SELECT 1 FROM variant s JOIN lease l ON l.item = s.stock_item
        WHERE s.product_id = p.id AND l.granted - l.taken - l.returned >= s.stock_units) AS in_stock
    FROM product p JOIN vendor v ON v.id = p.vendor_id WHERE ${where} ORDER BY p.created_ms DESC, p.id LIMIT ?`);
const SHELVES = {
  category: cards('p.category = ?'),
  featured: cards('p.featured = 1'),
  newest: cards('1'),
};

/** The product with its seller and what can be sold of it now; read for each page. */
export function product(handle) {
  const row = PRODUCT().get(handle);
  return row && { ...JSON.parse(row.doc), seller: row, stock: JSON.parse(row.stock) };
}

const kept = new Map();
function keep(name, load) {
  const now = Date.now();
  const known = kept.get(name);
  if (known && now < known.until) return known.value;
  const value = load(known?.value);
  kept.set(name, { until: now + KEPT_MS, value });
  return value;
}

/** The first cards of a category, of what is featured, or of everything. */
export function shelf(kind, limit, ...parameters) {
  return keep(`${kind} ${parameters}`, () => SHELVES[kind]().all(...parameters, limit));
}

/** Categories and vendors; read again when the catalogue has changed. */
export function nav() {
  return keep('nav', (known) => {
    const revision = REVISION().get()?.value;
    return known?.revision === revision ? known : { revision, branches: branches(), vendors: VENDORS().all() };
  });
}

function branches() {
  const covers = new Map(COVERS().all().filter((cover) => cover.products > 0).map((cover) => [cover.slug, cover]));
  const categories = CATEGORIES().all();
  const branch = (top) => {
    const children = categories.filter((child) => child.parent === top.slug && covers.has(child.slug));
    const own = [top, ...children].map((category) => covers.get(category.slug)).filter(Boolean);
    const pictured = own.filter((cover) => cover.picture);
    const best = pictured.find((cover) => cover.featured) ?? pictured[0];
    const products = own.reduce((sum, cover) => sum + cover.products, 0);
    return { ...top, children, picture: best?.picture, products };
  };
  return categories.filter((category) => !category.parent).map(branch).filter((top) => top.products > 0);
}

/** The category at `slug` with the one above it. */
export function findCategory(slug) {
  for (const top of nav().branches) {
    if (top.slug === slug) return { top };
    const child = top.children.find((category) => category.slug === slug);
    if (child) return { top, child };
  }
  return undefined;
}
