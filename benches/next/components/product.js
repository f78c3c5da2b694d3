// The parts of a product's page.
import { choices } from '../lib/choices.js';
import { shipsFrom, stockOf } from '../lib/words.js';
import { AddToCart } from './add-to-cart.js';
import { Grid, NoPicture, Price } from './card.js';
import { Gallery } from './gallery.js';
import { Icon } from './icons.js';

const media = (picture) => `/media/${picture.hash}.${picture.ext}`;

export function Crumbs({ found, title }) {
  if (!found) return null;
  const step = (category) => <li><a href={`/c/${category.slug}`}>{category.name}</a></li>;
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      <ol role="list">
        <li><a href="/">Home</a></li>
        {step(found.top)}
        {found.child && step(found.child)}
        <li aria-current="page">{title}</li>
      </ol>
    </nav>
  );
}

/** The pictures, the variant's own first. */
export function Pictures({ product, variant }) {
  const first = product.pictures[variant.picture ?? 0];
  if (!first) return <div className="gallery"><div className="gallery-none"><NoPicture /></div></div>;
  const ordered = [first, ...product.pictures.filter((picture) => picture !== first)];
  return <Gallery title={product.title} shots={ordered.map((picture) => ({ src: media(picture), alt: picture.alt }))} />;
}

function Chooser({ product, choice }) {
  const chosen = choice.values.find((value) => value.chosen);
  const item = (value) => {
    const picture = choice.pictured ? product.pictures[value.picture] : undefined;
    return (
      <li key={value.value}>
        <a className={`choice${picture ? ' choice-pictured' : ''}${value.buyable ? '' : ' is-out'}`}
          href={`/p/${product.handle}?sku=${value.sku}`} id={`to-${choice.name}-${value.value}`}
          aria-current={value.chosen ? 'true' : undefined} data-swap="">
          {picture && <img src={media(picture)} alt="" width="64" height="64" />}
          <span>{value.value}</span>
          {!value.buyable && <span className="vh">, sold out here</span>}
        </a>
      </li>
    );
  };
  return (
    <section className="chooser" aria-label={choice.name}>
      <h2 className="chooser-name">{choice.name}{chosen && <>: <span>{chosen.value}</span></>}</h2>
      <ul role="list">{choice.values.map(item)}</ul>
    </section>
  );
}

export function Facts({ product, variant }) {
  const stock = stockOf(product, variant);
  const { price, compare_at: before } = variant;
  return (
    <div className="facts" id="facts">
      <p className="facts-vendor"><a href={`/vendors/${product.vendor}`}>{product.seller.name}</a></p>
      <h1>{product.title}</h1>
      <div className="facts-price">
        <Price now={price.amount} before={before?.currency === price.currency ? before.amount : null} currency={price.currency} />
        <p className={stock.class}>{stock.text}</p>
      </div>
      {choices(product, variant).map((choice) => <Chooser key={choice.name} product={product} choice={choice} />)}
      <AddToCart sku={variant.sku} buyable={stock.buyable} max={stock.max} />
      {stock.onTheWay && (
        <p className="hint">There is none left near you right now. Order it and we ask the central store for more.</p>
      )}
      <div className="prose" dangerouslySetInnerHTML={{ __html: product.description_html }} />
      <Delivery bulky={product.bulky} />
      <VendorBox id={product.vendor} seller={product.seller} />
    </div>
  );
}

function Delivery({ bulky }) {
  const how = bulky
    ? 'Too big for a parcel: it comes by freight to your door, or you pick it up.'
    : 'Comes by parcel, or faster by express. You choose before you order.';
  return (
    <ul className="facts-list" role="list">
      <li><Icon name="delivery" /><span>{how}</span></li>
      <li><Icon name="invoice" /><span>Pay on invoice.</span></li>
    </ul>
  );
}

function VendorBox({ id, seller }) {
  return (
    <section className="vendor-box" aria-labelledby="vendor-name">
      <h2 id="vendor-name">{seller.name}</h2>
      <p className="from">{shipsFrom(seller.region)}</p>
      <p>{seller.about}</p>
      <p><a href={`/vendors/${id}`}>All from {seller.name}</a></p>
    </section>
  );
}

export function Related({ cards }) {
  if (cards.length === 0) return null;
  return (
    <section className="wrap band" aria-labelledby="related">
      <h2 id="related">Stands well beside it</h2>
      <Grid cards={cards} />
    </section>
  );
}
