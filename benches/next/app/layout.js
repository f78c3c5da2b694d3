import { cookies } from 'next/headers';
import { Footer, Header } from '../components/shell.js';
import { nav } from '../lib/catalog.js';

export const dynamic = 'force-dynamic';

export default async function Layout({ children }) {
  const cartCount = Number((await cookies()).get('kiosk_cart_count')?.value ?? 0);
  const shown = nav();
  return (
    <html lang="en">
      <head>
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#fbf8f2" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#1a161b" media="(prefers-color-scheme: dark)" />
        <link rel="stylesheet" href="/assets/kiosk.css" />
        <link rel="icon" type="image/svg+xml" href="/assets/favicon.svg" />
      </head>
      <body>
        <a className="skip" href="#main">Skip to the goods</a>
        <Header nav={shown} cartCount={cartCount} />
        <main id="main" tabIndex={-1}>{children}</main>
        <Footer nav={shown} />
        <p id="said" className="vh" role="status"></p>
      </body>
    </html>
  );
}
