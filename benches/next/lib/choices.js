// Choosing a variant, as apps/storefront/src/pages/product_choice.rs does.
import { stockOf } from './words.js';

/** The variant that `sku` names, else the first that can be bought, else the first. */
export function shownVariant(product, sku) {
  const { variants } = product;
  return variants.find((variant) => variant.sku === sku)
    ?? variants.find((variant) => stockOf(product, variant).buyable) ?? variants[0];
}

/** The options of the product; none when there is nothing to choose. */
export function choices(product, shown) {
  if (product.variants.length < 2) return [];
  return product.options.map((name, index) => choice(product, shown, name, index)).filter((c) => c.values.length > 1);
}

function choice(product, shown, name, index) {
  const values = [];
  for (const variant of product.variants) {
    const value = variant.options[index];
    if (value === undefined || values.some((known) => known.value === value)) continue;
    const target = targetOf(product, shown, index, value);
    values.push({
      value, sku: target.sku, chosen: shown.options[index] === value,
      buyable: stockOf(product, target).buyable, picture: target.picture,
    });
  }
  const pictures = new Set(values.map((value) => value.picture).filter((picture) => picture != null));
  return { name, values, pictured: pictures.size === values.length };
}

/** The variant with `value` that has most of the other options as the one shown. */
function targetOf(product, shown, index, value) {
  const same = (variant) => variant.options.filter((own, at) => own === shown.options[at]).length;
  let best;
  for (const variant of product.variants) {
    if (variant.options[index] === value && (!best || same(variant) > same(best))) best = variant;
  }
  return best;
}
