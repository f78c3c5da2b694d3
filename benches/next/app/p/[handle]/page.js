import { notFound } from 'next/navigation';
import { Crumbs, Facts, Pictures, Related } from '../../../components/product.js';
import { Meta } from '../../../components/shell.js';
import * as catalog from '../../../lib/catalog.js';
import { shownVariant } from '../../../lib/choices.js';
import { plainText } from '../../../lib/words.js';

export const dynamic = 'force-dynamic';

// Products of the same category at the end of the page.
const RELATED_CARDS = 4;

export default async function Page({ params, searchParams }) {
  const { handle } = await params;
  const { sku } = await searchParams;
  const product = catalog.product(handle);
  if (!product) notFound();
  const variant = shownVariant(product, sku);
  // One more, as the product itself may be among them.
  const beside = catalog.shelf('category', RELATED_CARDS + 1, product.category);
  const related = beside.filter((card) => card.id !== product.id).slice(0, RELATED_CARDS);
  const picture = product.pictures[0];
  return (
    <>
      <Meta title={product.title} description={plainText(product.description_html)} path={`/p/${handle}`}
        picture={picture && `${picture.hash}.${picture.ext}`} />
      <div className="wrap">
        <Crumbs found={catalog.findCategory(product.category)} title={product.title} />
        <div className="product">
          <Pictures product={product} variant={variant} />
          <Facts product={product} variant={variant} />
        </div>
      </div>
      <Related cards={related} />
    </>
  );
}
