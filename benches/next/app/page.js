import { Grid, Picture } from '../components/card.js';
import { Icon } from '../components/icons.js';
import { Meta } from '../components/shell.js';
import * as catalog from '../lib/catalog.js';
import { shipsFrom } from '../lib/words.js';

export const dynamic = 'force-dynamic';

// As in apps/storefront/src/pages/home.rs.
const FEATURED_CARDS = 11;
const HERO_CARDS = 3;
const NEWEST_CARDS = 8;
const MAKERS = 6;
const DESCRIPTION =
  'Kiosk is an open marketplace: goods for the house, the garden and the road, sold by the people who make them.';

function Hero({ cards }) {
  return (
    <section className="hero wrap">
      <div className="hero-words">
        <h1>Good things, from the people who make them.</h1>
        <p className="lead">Pots, lamps, coats and chairs from small workshops, sold by name and sent from close by.</p>
        <p className="hero-links">
          <a className="button button-main" href="#categories">Look around</a>
          <a className="button" href="#newest">See what is new</a>
        </p>
      </div>
      <ul className="hero-shots" role="list">
        {cards.map((card, index) => (
          <li key={card.id} className={`hero-shot hero-shot-${index + 1}`}>
            <a href={`/p/${card.handle}`}><Picture file={card.picture} eager /><span>{card.title}</span></a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Categories({ branches }) {
  return (
    <section className="wrap band" id="categories" aria-labelledby="categories-title">
      <h2 id="categories-title">Shop by category</h2>
      <ul className="tiles" role="list">
        {branches.map((branch) => (
          <li key={branch.slug} className="tile">
            <a href={`/c/${branch.slug}`}>
              <span className="tile-picture"><Picture file={branch.picture} /></span>
              <span className="tile-name">{branch.name}</span>
              <span className="tile-count">{branch.products === 1 ? '1 piece' : `${branch.products} pieces`}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shelf({ id, title, cards }) {
  if (cards.length === 0) return null;
  return (
    <section className="wrap band" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <Grid cards={cards} />
    </section>
  );
}

function Makers({ vendors }) {
  return (
    <section className="makers" aria-labelledby="makers-title">
      <div className="wrap">
        <h2 id="makers-title">The people behind it</h2>
        <ul className="makers-list" role="list">
          {vendors.slice(0, MAKERS).map((vendor) => (
            <li key={vendor.id} className="maker">
              <a href={`/vendors/${vendor.id}`}>
                <span className="maker-name">{vendor.name}</span>
                <span className="maker-from">{shipsFrom(vendor.region)}</span>
                <span className="maker-about">{vendor.about.split(/(?<=\. )/)[0].trimEnd()}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Promise({ icon, title, text }) {
  return <div className="promise"><Icon name={icon} /><h3>{title}</h3><p>{text}</p></div>;
}

export default async function Page() {
  const { branches, vendors } = catalog.nav();
  const featured = catalog.shelf('featured', FEATURED_CARDS);
  const newest = catalog.shelf('newest', NEWEST_CARDS);
  const shown = featured.length === 0 ? newest : featured;
  return (
    <>
      <Meta description={DESCRIPTION} path="/" picture={featured[0]?.picture} />
      <Hero cards={shown.slice(0, HERO_CARDS)} />
      <Categories branches={branches} />
      <Shelf id="featured" title="Worth a closer look" cards={featured.slice(HERO_CARDS)} />
      <Makers vendors={vendors} />
      <Shelf id="newest" title="New in" cards={newest} />
      <section className="wrap band promises" aria-label="What you can count on">
        <Promise icon="stall" title="Sold by name" text="Each piece says who sells it and where it comes from." />
        <Promise icon="delivery" title="Honest stock"
          text="What you can order is set aside near you. We never sell what is not there." />
        <Promise icon="invoice" title="Pay on invoice" text="No card needed at the counter, and no account either." />
      </section>
    </>
  );
}
