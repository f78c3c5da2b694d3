// Products in a grid, and prices.
import { amount } from '../lib/words.js';
import { Icon } from './icons.js';

export function Price({ now, before, currency, from }) {
  const reduced = before != null && before > now;
  return (
    <span className={reduced ? 'price price-reduced' : 'price'}>
      {from && 'from '}
      {reduced && <span className="vh">Now </span>}
      <span className="price-now">{amount(now, currency)}</span>
      {reduced && <>{' '}<s><span className="vh">before </span>{amount(before, currency)}</s></>}
    </span>
  );
}

export function NoPicture() {
  return <span className="no-picture"><Icon name="picture" /></span>;
}

/** A product's picture where its title stands beside it, so it needs no words of its own. */
export function Picture({ file, eager = false }) {
  if (!file) return <NoPicture />;
  return <img src={`/media/${file}`} alt="" width="600" height="600" loading={eager ? 'eager' : 'lazy'} decoding="async" />;
}

function Card({ card }) {
  const reduced = card.compare_at != null && card.compare_at > card.price;
  const note = !card.in_stock ? 'Sold out here' : reduced && 'Reduced';
  return (
    <li className="card">
      <a href={`/p/${card.handle}`}>
        <span className="card-picture">
          <Picture file={card.picture} />
          {note && <span className="card-note">{note}</span>}
        </span>
        <span className="card-title">{card.title}</span>
        <span className="card-vendor">{card.vendor}</span>
        <Price now={card.price} before={card.compare_at} currency={card.currency} from={card.price_max > card.price} />
      </a>
    </li>
  );
}

export function Grid({ cards }) {
  return <ul className="grid" role="list">{cards.map((card) => <Card key={card.id} card={card} />)}</ul>;
}
