// The page around the page: what the head says, header, footer.
import { headers } from 'next/headers';
import { Icon } from './icons.js';
import { CartCount } from './cart-count.js';

// As in the storefront: categories in the header, vendors in the footer.
const HEADER_CATEGORIES_MAX = 10;
const FOOTER_VENDORS_MAX = 14;

/** Title and previews; React moves them into the head. */
export async function Meta({ title, description, path, picture }) {
  const origin = `http://${(await headers()).get('host')}`;
  const whole = title ? `${title} · Kiosk` : 'Kiosk: good things from the people who make them';
  return (
    <>
      <title>{whole}</title>
      {description && <meta name="description" content={description} />}
      <link rel="canonical" href={origin + path} />
      <meta property="og:url" content={origin + path} />
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content="Kiosk" />
      <meta property="og:title" content={whole} />
      {description && <meta property="og:description" content={description} />}
      {picture && <meta property="og:image" content={`${origin}/media/${picture}`} />}
    </>
  );
}

function Logo({ alt }) {
  return <img src="/assets/logo.svg" alt={alt} width="130" height="34" />;
}

const link = (branch) => <li key={branch.slug}><a href={`/c/${branch.slug}`}>{branch.name}</a></li>;

export function Header({ nav, cartCount }) {
  return (
    <header className="top">
      <div className="top-bar wrap">
        <a className="logo" href="/"><Logo alt="Kiosk, home" /></a>
        <form className="search" action="/search" method="get" role="search">
          <label className="vh" htmlFor="q">Search the shop</label>
          <input id="q" name="q" type="search" defaultValue="" placeholder="Search" maxLength={80} autoComplete="off"
            enterKeyHint="search" />
          <button className="icon-button" aria-label="Search"><Icon name="search" /></button>
        </form>
        <div id="cart" className="cart-slot"><CartCount quantity={cartCount} /></div>
      </div>
      <nav className="top-nav wrap" aria-label="Categories">
        <ul role="list">{nav.branches.slice(0, HEADER_CATEGORIES_MAX).map(link)}</ul>
      </nav>
    </header>
  );
}

export function Footer({ nav }) {
  return (
    <footer className="bottom">
      <div className="wrap bottom-columns">
        <section className="bottom-about">
          <p className="logo"><Logo alt="Kiosk" /></p>
          <p>An open marketplace. Every piece is sold by the people who make it, or who know those who do.</p>
        </section>
        <div className="bottom-nav">
          <nav aria-labelledby="footer-shop">
            <h2 id="footer-shop">Shop</h2>
            <ul role="list">{nav.branches.map(link)}</ul>
          </nav>
          <nav aria-labelledby="footer-makers" className="footer-wide">
            <h2 id="footer-makers">Who sells here</h2>
            <ul role="list">
              {nav.vendors.slice(0, FOOTER_VENDORS_MAX).map((vendor) => (
                <li key={vendor.id}><a href={`/vendors/${vendor.id}`}>{vendor.name}</a></li>
              ))}
            </ul>
          </nav>
        </div>
      </div>
      <div className="wrap bottom-line"><p>Prices include tax. Delivery is shown before you order.</p></div>
    </footer>
  );
}
