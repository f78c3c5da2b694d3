// Amounts, countries and stock in the storefront's words.

const currencies = new Map();

/** `€1,249.00` */
export function amount(minor, currency) {
  let format = currencies.get(currency);
  if (!format) {
    format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    currencies.set(currency, format);
  }
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

const countries = new Intl.DisplayNames('en', { type: 'region' });

/** `Ships from Germany` */
export function shipsFrom(region) {
  return `Ships from ${countries.of(region)}`;
}

// Up to this many pieces the page says how many are left.
const LOW_PIECES_MAX = 3;
// Most pieces in one line of a cart.
const LINE_QUANTITY_MAX = 99;

/** What can be sold of a variant here: whether, how many at once, and in words. */
export function stockOf(product, variant) {
  const { here, core } = product.stock[variant.stock.item] ?? { here: 0, core: 0 };
  const pieces = Math.floor(Math.max(here, 0) / variant.stock.units);
  const more = core >= variant.stock.units;
  const max = Math.min(more || pieces === 0 ? LINE_QUANTITY_MAX : pieces, LINE_QUANTITY_MAX);
  if (pieces === 0 && more) return { buyable: true, max, onTheWay: true, class: 'stock stock-way', text: 'More on the way' };
  if (pieces === 0) return { buyable: false, max, class: 'stock stock-out', text: 'Sold out here for now' };
  if (pieces <= LOW_PIECES_MAX && !more) return { buyable: true, max, class: 'stock stock-low', text: `Only ${pieces} left` };
  return { buyable: true, max, class: 'stock stock-in', text: 'In stock' };
}

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** The words of sanitised HTML, for the head of the page. */
export function plainText(html) {
  const text = html.replace(/<[^>]*>/g, ' ').replace(/&(amp|lt|gt|quot);/g, (entity) => ENTITIES[entity]);
  return Array.from(text.split(/\s+/).filter(Boolean).join(' ')).slice(0, 160).join('');
}
